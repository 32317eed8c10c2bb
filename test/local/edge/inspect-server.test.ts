import { request as httpRequest } from 'node:http';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { startSimulation, verdict, type Simulation } from './simulation.ts';

let simulation: Simulation;

beforeAll(async () => {
  simulation = await startSimulation();
});

afterAll(() => simulation.stop());

beforeEach(() => simulation.cloudFront.reset());

const POP = 'NRT57-P3';
const URL = 'https://www.example.com/sizes/100';

type Reply = {
  status: number;
  body: unknown;
};

async function call(method: string, path: string, body?: unknown): Promise<Reply> {
  const response = await fetch(`${simulation.cloudFront.inspectUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

test('shows what caches hold and what everybody was asked', async () => {
  await simulation.get(POP, URL);
  await simulation.get(POP, URL);

  const pops = await call('GET', '/caches?kind=pop&state=complete&path=/sizes/*');
  const asked = await call('GET', `/requests?location=${POP}`);
  const regional = await call('GET', '/requests?location=ap-northeast-1');
  const origin = await call('GET', '/origin');

  expect(pops.body).toMatchObject({
    total: 1,
    items: [{ location: POP, path: '/sizes/100', state: 'complete', bodyBytes: 100 }],
  });
  expect(asked.body).toMatchObject({
    items: [
      { method: 'GET', path: '/sizes/100', status: 200, result: 'Miss', end: 'complete' },
      { method: 'GET', path: '/sizes/100', status: 200, result: 'Hit', end: 'complete' },
    ],
  });
  expect(regional.body).toMatchObject({ items: [{ result: 'miss' }, { result: 'hit' }] });
  expect(origin.body).toEqual({
    total: 1,
    items: [{ path: '/sizes/100', gets: 1, heads: 0, ranges: 0, revalidations: 0 }],
  });
});

test('answers in pages', async () => {
  for (const size of [1, 2, 3]) await simulation.get(POP, `https://www.example.com/sizes/${size}`);

  const page = await call('GET', '/requests?location=origin&limit=1&offset=1');

  expect(page.body).toMatchObject({ total: 3, items: [{ path: '/sizes/2' }] });
});

test('sets, lists and drops faults', async () => {
  const set = await call('POST', '/faults', { fault: { kind: 'truncate' }, pop: POP, times: 1 });
  const struck = await simulation.get(POP, URL);
  const listed = await call('GET', '/faults');
  const dropped = await call('DELETE', '/faults?id=99');
  const cleared = await call('DELETE', '/faults');

  expect(set.status).toBe(201);
  expect(struck.bodyBytes).toBe(50);
  expect(listed.body).toMatchObject([{ fault: { kind: 'truncate' }, pop: POP, applied: 1 }]);
  expect(dropped.status).toBe(404);
  expect(cleared.body).toEqual([]);
});

test('switches the admission rule', async () => {
  await call('POST', '/admission', { rule: 'B' });
  await simulation.get(POP, URL);

  await simulation.get('KIX56-C1', URL);

  expect(verdict(await simulation.get('KIX56-C1', URL))).toBe('Hit EDGE');
  expect((await call('POST', '/admission', { rule: 'A' })).body).toEqual({ rule: 'A' });
});

test('invalidates, and tells when that is completed', async () => {
  await simulation.get(POP, URL);

  const order = { distributionId: 'E2EXAMPLE1WARM', paths: ['/*'] };
  const { status, body } = await call('POST', '/invalidations', order);

  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'InProgress' });
  const { id } = z.object({ id: z.string() }).parse(body);
  await expect
    .poll(async () => (await call('GET', `/invalidations?id=${id}`)).body)
    .toMatchObject({ status: 'Completed' });
  expect(verdict(await simulation.get(POP, URL))).toBe('Miss');
});

test.each([
  ['/faults', { fault: { kind: 'nothing' } }, 'fault.kind'],
  ['/admission', { rule: 'C' }, 'at rule'],
  ['/invalidations', { distributionId: 'E0', paths: ['/a'] }, 'Distribution `E0`'],
  ['/invalidations', { distributionId: 'E2EXAMPLE1WARM', paths: ['a'] }, 'path `a`'],
])('refuses a bad POST %s with the reason', async (path, body, reason) => {
  const refused = await call('POST', path, body);

  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain(reason);
});

test('refuses a Host header that is not its own', async () => {
  const url = `${simulation.cloudFront.inspectUrl}/caches`;

  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers: { host: 'rebound.example.org' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });

  expect(status).toBe(403);
});
