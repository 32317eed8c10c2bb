import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { startSimulation, verdict, type Simulation } from './simulation.ts';

let simulation: Simulation;

beforeAll(async () => {
  simulation = await startSimulation();
});

afterAll(() => simulation.stop());

beforeEach(() => simulation.cloudFront.reset());

const POP = 'NRT57-P3';
const URL = 'https://www.example.com/sizes/1000000';

test('strikes only the POPs and URLs that the rule names', async () => {
  const { faults } = simulation.cloudFront;
  faults.add({ fault: { kind: 'status', status: 502 }, pop: 'NRT57-*', url: '*/sizes/1000000' });

  const struck = await simulation.get(POP, URL);
  const otherPop = await simulation.get('FRA56-P4', URL);
  const otherUrl = await simulation.get(POP, 'https://www.example.com/sizes/10');

  expect([struck, otherPop, otherUrl].map(({ status }) => status)).toEqual([502, 200, 200]);
  expect(verdict(struck)).toBe('Error');
});

test('strikes as often as the rule says, and counts it', async () => {
  const { faults } = simulation.cloudFront;
  faults.add({ fault: { kind: 'status', status: 500 }, url: '/sizes/*', times: 2 });

  const statuses: number[] = [];
  for (let time = 0; time < 3; time += 1) statuses.push((await simulation.get(POP, URL)).status);

  expect(statuses).toEqual([500, 500, 200]);
  expect(faults.list()).toMatchObject([{ applied: 2, times: 2 }]);
});

test('stops when the rule is removed', async () => {
  const { faults } = simulation.cloudFront;
  const id = faults.add({ fault: { kind: 'status', status: 500 } });

  expect(faults.remove(id)).toBe(true);
  expect(faults.remove(id)).toBe(false);
  expect((await simulation.get(POP, URL)).status).toBe(200);
});

test('keeps an error of the origin as CloudFront does', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'origin_status', status: 503 }, times: 1 });

  const first = await simulation.get(POP, URL);
  const again = await simulation.get(POP, URL);

  expect([first.status, again.status]).toEqual([503, 503]);
});

test('waits before the first byte', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'latency', firstByteMs: 600_000 } });

  const answer = await simulation.get(POP, URL, '--max-time', '0.3');

  expect(answer).toMatchObject({ exitCode: 28, status: 0 });
});

test('stalls in the middle of a body, and fills nothing', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'stall', afterBytes: 1000 } });

  const answer = await simulation.get(POP, URL, '--max-time', '0.3');

  expect(answer).toMatchObject({ exitCode: 28, status: 200, bodyBytes: 1000 });
  expect(simulation.cloudFront.inspect.caches().total).toBe(0);
});

test('sends no faster than the rate', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'slow', bytesPerSecond: 20_000 } });

  const answer = await simulation.get(POP, URL, '--max-time', '0.5');

  expect(answer.exitCode).toBe(28);
  expect(answer.bodyBytes).toBeGreaterThan(0);
  expect(answer.bodyBytes).toBeLessThanOrEqual(10_000);
});

test.each([URL, 'https://www.example.com/chunked/1000000', 'http://www.example.com/sizes/1000000'])(
  'cuts the body of %s short, and fills nothing',
  async (url) => {
    simulation.cloudFront.faults.add({ fault: { kind: 'truncate' } });

    const answer = await simulation.get(POP, url);

    expect(answer).toMatchObject({ status: 200, bodyBytes: 500_000 });
    expect([18, 56]).toContain(answer.exitCode);
    expect(simulation.cloudFront.inspect.caches().total).toBe(0);
    await expect
      .poll(() => simulation.cloudFront.inspect.requests({ location: POP }).items)
      .toMatchObject([{ end: 'aborted' }]);
  },
);

test.each([URL, 'http://www.example.com/sizes/1000000'])(
  'resets the connection of %s in the middle of a body',
  async (url) => {
    simulation.cloudFront.faults.add({ fault: { kind: 'reset', afterBytes: 10 } });

    const answer = await simulation.get(POP, url);

    expect(answer.exitCode).toBe(56);
    expect(simulation.cloudFront.inspect.caches().total).toBe(0);
  },
);

test('refuses connections to one POP', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'refuse' }, pop: POP });

  const refused = await simulation.get(POP, URL);
  const other = await simulation.get('NRT57-P1', URL);

  // Could not connect, or lost the connection in the TLS handshake.
  expect([7, 35]).toContain(refused.exitCode);
  expect(other.status).toBe(200);
});

test.each(['wrong_name', 'unknown_issuer'] as const)('shows a certificate of %s', async (kind) => {
  const { faults } = simulation.cloudFront;
  faults.add({ fault: { kind: 'wrong_certificate', certificate: kind }, pop: POP });

  const refused = await simulation.get(POP, URL);
  const other = await simulation.get('NRT57-P1', URL);

  expect([refused.exitCode, other.exitCode]).toEqual([60, 0]);
});

test('lets another POP answer, whose cache is the one that fills', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'wrong_pop' }, pop: POP });

  const answer = await simulation.get(POP, URL);
  await simulation.get(POP, URL);

  expect(answer.headers['x-amz-cf-pop']).toEqual(['KIX56-C1']);
  expect(simulation.cloudFront.inspect.caches({ kind: 'pop' }).items).toMatchObject([
    { location: 'KIX56-C1' },
  ]);
});

test('lets a sibling POP of the same location answer', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'sibling_pop' } });

  const known = await simulation.get(POP, URL);
  const madeUp = await simulation.get('KIX56-C1', URL);

  expect(known.headers['x-amz-cf-pop']).toEqual(['NRT57-P1']);
  expect(madeUp.headers['x-amz-cf-pop']).toEqual(['KIX56-P9']);
});

test('leaves out every header of CloudFront', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'no_cloudfront_headers' } });

  const { status, headers } = await simulation.get(POP, URL);

  expect(status).toBe(200);
  expect(Object.keys(headers).filter((name) => /^x-|via|server-timing|age/.test(name))).toEqual([]);
});

test('leaves out Server-Timing', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'no_server_timing' } });

  const { headers } = await simulation.get(POP, URL);

  expect(headers['x-cache']).toEqual(['Miss from cloudfront']);
  expect(headers['server-timing']).toBeUndefined();
});

test('sends two POP headers, as CloudFront in front of CloudFront does', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'doubled_pop' } });

  const { headers } = await simulation.get(POP, URL);

  expect(headers['x-amz-cf-pop']).toEqual([POP, 'DEL54-C1']);
});

test('answers LimitExceeded above the rate, and repeats it for 10 s', async () => {
  const { faults } = simulation.cloudFront;
  const id = faults.add({ fault: { kind: 'limit_exceeded', requestsPerSecond: 1 } });
  const small = 'https://www.example.com/sizes/10';

  await simulation.get(POP, URL);
  const limited = await simulation.get(POP, small);
  faults.remove(id);
  simulation.clock.nowMs += 9_999;
  const repeated = await simulation.get(POP, small);
  simulation.clock.nowMs += 2;
  const over = await simulation.get(POP, small);

  expect(limited.headers['x-cache']).toEqual(['LimitExceeded from cloudfront']);
  expect([limited, repeated, over].map(({ status }) => status)).toEqual([503, 503, 200]);
});

test('refuses a rule that makes no sense, and names the field', () => {
  expect(() =>
    simulation.cloudFront.faults.add({ fault: { kind: 'status', status: 200 } }),
  ).toThrow('fault.status');
});
