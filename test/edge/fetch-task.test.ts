import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultRuleInput } from '../../local/edge/fault.ts';
import {
  ENGINES,
  startWorkerOnSimulation,
  type WorkerOnSimulation,
} from './support/worker-on-simulation.ts';

const HOST = 'https://www.example.com';
const URL_1MB = `${HOST}/sizes/1000000`;

describe.each(ENGINES)('with the engine %s', (engine) => {
  let worker: WorkerOnSimulation;

  beforeAll(async () => {
    worker = await startWorkerOnSimulation({ engine });
  });

  afterAll(() => worker.close());

  beforeEach(() => {
    worker.cloudFront.reset();
    worker.cloudFront.admission.setRule('A');
  });

  function held(path: string): string[] {
    const { items } = worker.cloudFront.inspect.caches({ path, kind: 'pop', state: 'complete' });
    return items.map(({ location }) => location);
  }

  test.each(['A', 'B'] as const)('proves a POP warm under admission rule %s', async (rule) => {
    worker.cloudFront.admission.setRule(rule);

    const result = await worker.run(URL_1MB);

    expect(result).toMatchObject({ outcome: 'warm', bodyBytes: 1_000_000, servedBy: 'NRT57-P3' });
    expect(held('/sizes/1000000')).toEqual(['NRT57-P3']);
    expect(result.fetches).toBe(3);
  });

  test('stops at the first fetch where the POP is warm already', async () => {
    await worker.run(URL_1MB);

    expect(await worker.run(URL_1MB)).toMatchObject({ outcome: 'warm', fetches: 1, xCache: 'Hit' });
  });

  test('warms an empty object and says so', async () => {
    expect(await worker.run(`${HOST}/empty.txt`)).toMatchObject({ outcome: 'warm', bodyBytes: 0 });
    expect(held('/empty.txt')).toEqual(['NRT57-P3']);
  });

  test('warms a body without Content-Length, and a compressed one', async () => {
    const chunked = await worker.run(`${HOST}/chunked/300000`);
    const compressed = await worker.run(`${HOST}/js/app.js`);

    expect(chunked).toMatchObject({ outcome: 'warm', bodyBytes: 300_000 });
    expect(compressed.outcome).toBe('warm');
    expect(compressed.bodyBytes).toBeLessThan(182_310);
  });

  test('asks for the query string byte for byte, since it is part of the cache key', async () => {
    const path = "/query/a?title=it's~(a)|b";

    await worker.run(`${HOST}${path}`);

    const { items } = worker.cloudFront.inspect.requests({ path: '/query/*' });
    expect(new Set(items.map((item) => item.path))).toEqual(new Set([path]));
  });

  test('warms over plain HTTP', async () => {
    expect(await worker.run('http://www.example.com/sizes/5000')).toMatchObject({
      outcome: 'warm',
    });
  });

  test('calls it filled, never warm, where no Server-Timing comes', async () => {
    const result = await worker.run(`${HOST}/no-timing/a`);

    expect(result).toMatchObject({ outcome: 'filled', fetches: 2 });
    expect(held('/no-timing/a')).toEqual(['NRT57-P3']);
  });

  test('needs one fetch and a check at depth regional', async () => {
    const bytes = { count: 0 };
    const result = await worker.run(URL_1MB, {
      depth: 'regional',
      onBodyBytes: (more) => {
        bytes.count += more;
      },
    });

    expect(result).toMatchObject({ outcome: 'regional', fetches: 2 });
    expect(bytes.count).toBe(1_000_001);
  });

  test('is content with one fetch at depth regional where the area is warm', async () => {
    await worker.run(URL_1MB, { pop: 'KIX56-C1' });

    expect(await worker.run(URL_1MB, { depth: 'regional' })).toMatchObject({
      outcome: 'regional',
      fetches: 1,
    });
  });

  test.each(['/disabled/a', '/ttl0/a', '/private/a'])('calls %s not cacheable', async (path) => {
    const result = await worker.run(`${HOST}${path}`);

    expect(result).toMatchObject({ outcome: 'not_cacheable', fetches: 3, xCache: 'Miss' });
  });

  test('says what Cache-Control keeps an object out of the caches', async () => {
    expect((await worker.run(`${HOST}/private/a`)).message).toMatch(/Cache-Control says .*private/);
  });

  test('marks a URL that is asked for at the origin on each use', async () => {
    const result = await worker.run(`${HOST}/revalidate/a`);

    expect(result).toMatchObject({ isRevalidating: true, xCache: 'RefreshHit' });
  });

  const faults: readonly (readonly [fault: FaultRuleInput['fault'], outcome: string])[] = [
    [{ kind: 'status', status: 500 }, 'server_error'],
    [{ kind: 'status', status: 503 }, 'server_error'],
    [{ kind: 'status', status: 404 }, 'not_found'],
    [{ kind: 'status', status: 410 }, 'not_found'],
    [{ kind: 'status', status: 403 }, 'forbidden'],
    [{ kind: 'status', status: 400 }, 'client_error'],
    [{ kind: 'origin_status', status: 502 }, 'server_error'],
    [{ kind: 'latency', firstByteMs: 600_000 }, 'timed_out'],
    [{ kind: 'stall' }, 'timed_out'],
    [{ kind: 'truncate' }, 'truncated'],
    [{ kind: 'refuse' }, 'connect_failed'],
    [{ kind: 'wrong_certificate', certificate: 'wrong_name' }, 'tls_failed'],
    [{ kind: 'wrong_certificate', certificate: 'unknown_issuer' }, 'tls_failed'],
    [{ kind: 'wrong_pop' }, 'wrong_pop'],
    [{ kind: 'sibling_pop' }, 'sibling_pop'],
    [{ kind: 'no_cloudfront_headers' }, 'not_cloudfront'],
  ];

  test.each(faults)('gives the fault %j the outcome %s', async (fault, outcome) => {
    worker.cloudFront.faults.add({ fault, pop: 'NRT57-P3' });

    const [struck, other] = await Promise.all([
      worker.run(URL_1MB, { pop: 'NRT57-P3' }),
      worker.run(URL_1MB, { pop: 'FRA56-P4' }),
    ]);

    expect(struck.outcome).toBe(outcome);
    expect(struck.message?.length).toBeGreaterThan(5);
    expect(other.outcome).toBe('warm');
  });

  test('gives a connection reset an outcome that is worth another try', async () => {
    worker.cloudFront.faults.add({ fault: { kind: 'reset' }, pop: 'NRT57-P3' });

    const { outcome } = await worker.run(URL_1MB);

    // libuv reports a reset that comes together with data as the end of the data.
    expect(['protocol_error', 'truncated']).toContain(outcome);
  });

  test('is not misled by a POP header that comes twice', async () => {
    worker.cloudFront.faults.add({ fault: { kind: 'doubled_pop' } });

    expect(await worker.run(URL_1MB)).toMatchObject({ outcome: 'warm' });
  });

  test('calls it filled where Server-Timing is missing by fault', async () => {
    worker.cloudFront.faults.add({ fault: { kind: 'no_server_timing' } });

    expect(await worker.run(URL_1MB)).toMatchObject({ outcome: 'filled' });
  });

  test('tries once more when a body breaks, and then warms', async () => {
    worker.cloudFront.faults.add({ fault: { kind: 'truncate' }, times: 1 });

    expect(await worker.run(URL_1MB)).toMatchObject({ outcome: 'warm', bodyBytes: 1_000_000 });
  });

  test('never calls warm what was cut the second time, too', async () => {
    await worker.run(URL_1MB, { depth: 'regional' });
    worker.cloudFront.faults.add({ fault: { kind: 'truncate' } });

    const result = await worker.run(URL_1MB);

    expect(result.outcome).toBe('truncated');
    expect(held('/sizes/1000000')).toEqual([]);
  });

  test('hands a task back when the POP asks to be asked less, and slows down', async () => {
    worker.cloudFront.faults.add({
      fault: { kind: 'limit_exceeded', requestsPerSecond: 0 },
      pop: 'KIX56-C1',
    });
    const before = worker.rate.of('KIX56-C1').perSecond;

    const result = await worker.run(URL_1MB, { pop: 'KIX56-C1' });

    expect(result).toMatchObject({ outcome: undefined, isSlowedDown: true });
    expect(worker.rate.of('KIX56-C1').perSecond).toBe(before / 2);
  });

  test('does not follow a redirect', async () => {
    const result = await worker.run('http://www.example.com/secure/a');

    expect(result.outcome).toBe('redirected');
    expect(result.message).toContain('https://www.example.com/secure/a');
  });

  test('says when the POP does not resolve', async () => {
    const result = await worker.run(URL_1MB, { pop: 'ZZZ9-C1' });

    expect(result).toMatchObject({
      outcome: 'connect_failed',
      message: 'ZZZ9-C1 does not resolve',
    });
  });

  test('runs the same task one after the other', async () => {
    const results = await Promise.all([worker.run(URL_1MB), worker.run(URL_1MB)]);

    expect(results.map(({ outcome }) => outcome)).toEqual(['warm', 'warm']);
    expect(results.map(({ fetches }) => fetches).toSorted((a, b) => a - b)).toEqual([1, 3]);
  });

  test('hands a task back at once when it is cancelled', async () => {
    worker.cloudFront.faults.add({ fault: { kind: 'stall' }, url: '/sizes/*' });
    const cancel = new AbortController();

    const result = await worker.run(URL_1MB, {
      signal: cancel.signal,
      onBodyBytes: () => cancel.abort(),
    });

    expect(result).toMatchObject({ outcome: undefined, isSlowedDown: false });
  });

  test('keeps query strings out of its messages', async () => {
    worker.cloudFront.faults.add({ fault: { kind: 'reset' } });

    const result = await worker.run(`${URL_1MB}?Signature=secret`);

    expect(result.message).not.toContain('secret');
  });
});

test('goes to another address of the POP when one takes no connection, and stays there', async () => {
  let connections = 0;
  const dead = createServer((socket) => {
    connections += 1;
    socket.resetAndDestroy();
  }).listen(0, '127.0.0.1');
  await once(dead, 'listening');
  const address = dead.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const worker = await startWorkerOnSimulation({ firstAddresses: [{ host: '127.0.0.1', port }] });

  const first = await worker.run(URL_1MB);
  const second = await worker.run(`${HOST}/sizes/5000`);
  await worker.close();
  dead.close();

  expect([first.outcome, second.outcome]).toEqual(['warm', 'warm']);
  expect(connections).toBe(1);
});
