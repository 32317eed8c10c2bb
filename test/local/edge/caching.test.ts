import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { startSimulation, verdict, type Simulation } from './simulation.ts';

let simulation: Simulation;

beforeAll(async () => {
  simulation = await startSimulation();
});

afterAll(() => simulation.stop());

beforeEach(() => simulation.cloudFront.reset());

const POP = 'NRT57-P3';
const SITE = 'https://www.example.com';

async function verdicts(url: string, times: number): Promise<string[]> {
  const seen: string[] = [];
  for (let time = 0; time < times; time += 1) seen.push(verdict(await simulation.get(POP, url)));
  return seen;
}

test.each([
  ['caching is disabled', '/disabled/a'],
  ['the maximum TTL is 0', '/ttl0/a'],
  ['the origin says private', '/private/a'],
])('never answers a hit where %s', async (_why, path) => {
  expect(await verdicts(SITE + path, 4)).toEqual(['Miss', 'Miss', 'Miss', 'Miss']);
  expect(simulation.cloudFront.inspect.caches().total).toBe(0);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([{ gets: 4 }]);
});

test('skips the regional cache for dynamic requests, and says so', async () => {
  const answer = await simulation.get(POP, `${SITE}/disabled/a`);

  expect(answer.headers['server-timing']?.[0]).toContain('cdn-upstream-layer;desc="EDGE"');
  expect(simulation.cloudFront.inspect.requests({ location: 'ap-northeast-1' }).total).toBe(0);
});

test('asks the origin on each use where the content is always stale, as RefreshHit', async () => {
  const seen = await verdicts(`${SITE}/revalidate/a`, 4);

  expect(seen).toEqual(['Miss', 'RefreshHit', 'RefreshHit', 'RefreshHit']);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([
    { gets: 1, revalidations: 3 },
  ]);
});

test('confirms a part of a stale object at the origin, and serves it from the cache', async () => {
  const url = `${SITE}/revalidate/b`;
  await verdicts(url, 2);

  const part = await simulation.get(POP, url, '--range', '0-0');

  expect([part.status, verdict(part)]).toEqual([206, 'RefreshHit']);
});

test('answers RefreshHit after the TTL, and then Hit again', async () => {
  const url = `${SITE}/sizes/5000`;
  await verdicts(url, 3);

  simulation.clock.nowMs += 86_401_000;

  expect(await verdicts(url, 2)).toEqual(['RefreshHit', 'Hit EDGE']);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([
    { gets: 1, revalidations: 1 },
  ]);
});

test('fetches again after the TTL when the content changed', async () => {
  const url = `${SITE}/sizes/5001`;
  const before = await simulation.get(POP, url);
  await verdicts(url, 2);

  simulation.clock.nowMs += 86_401_000;
  simulation.cloudFront.changeContent('/sizes/5001');
  const after = await simulation.get(POP, url);

  expect(verdict(after)).toBe('Miss');
  expect(after.headers['etag']).not.toEqual(before.headers['etag']);
});

test('tells the age from the time the origin answered, whatever the layer', async () => {
  const url = `${SITE}/sizes/5002`;
  const miss = await simulation.get(POP, url);

  simulation.clock.nowMs += 27_000;
  const hit = await simulation.get(POP, url);

  expect(miss.headers['age']).toBeUndefined();
  expect(hit.headers['age']).toEqual(['27']);
});

test('keeps an error for 10 s, then asks again', async () => {
  const url = `${SITE}/error/a`;
  const first = await simulation.get(POP, url);
  await verdicts(url, 2);
  const { items } = simulation.cloudFront.inspect.origin();

  simulation.clock.nowMs += 10_001;
  await simulation.get(POP, url);

  expect(first.status).toBe(500);
  expect(verdict(first)).toBe('Error');
  expect(items).toMatchObject([{ gets: 2 }]);
});

test('answers 404 for what the site does not have', async () => {
  const missing = await simulation.get(POP, `${SITE}/missing/a`);

  expect([missing.status, verdict(missing)]).toEqual([404, 'Error']);
});

test('leaves the query string out of the key by default', async () => {
  await verdicts(`${SITE}/sizes/5003?a=1`, 2);

  expect(await verdicts(`${SITE}/sizes/5003?a=2`, 1)).toEqual(['Hit EDGE']);
});

test('puts the query string into the key where the behaviour says so', async () => {
  await verdicts(`${SITE}/query/a?v=1`, 2);

  expect(await verdicts(`${SITE}/query/a?v=2`, 1)).toEqual(['Miss']);
  expect(await verdicts(`${SITE}/query/a?v=1`, 1)).toEqual(['Hit EDGE']);
});

test('shares entries between the names of one distribution', async () => {
  await verdicts(`${SITE}/sizes/5004`, 2);

  expect(await verdicts('https://d111111abcdef8.cloudfront.net/sizes/5004', 1)).toEqual([
    'Hit EDGE',
  ]);
  expect(await verdicts('https://static.example.com/sizes/5004', 1)).toEqual(['Miss']);
});

test('keeps one variant for each normalised Accept-Encoding', async () => {
  const url = `${SITE}/css/site.css`;
  const brotli = ['--header', 'Accept-Encoding: br, gzip'];
  const browser = ['--header', 'Accept-Encoding: gzip, deflate, br, zstd'];

  const plain = await simulation.get(POP, url);
  const compressed = await simulation.get(POP, url, ...brotli);
  const same = await simulation.get(POP, url, ...browser);

  expect([plain, compressed, same].map(verdict)).toEqual(['Miss', 'Miss', 'Hit REC']);
  expect(compressed.headers['content-encoding']).toEqual(['br']);
  expect(compressed.bodyBytes).toBeLessThan(plain.bodyBytes);
  expect(plain.headers['content-encoding']).toBeUndefined();
});

test.each([
  ['below 1,000 bytes', '/robots.txt'],
  ['of a type that is compressed already', '/img/hero.jpg'],
])('does not compress a file %s', async (_what, path) => {
  const answer = await simulation.get(POP, SITE + path, '--header', 'Accept-Encoding: br, gzip');

  expect(answer.headers['content-encoding']).toBeUndefined();
});

test('drops invalidated paths from every cache, and nothing else', async () => {
  const url = `${SITE}/sizes/6000`;
  await verdicts(url, 3);
  await verdicts(`${SITE}/sizes/7000`, 3);

  await simulation.cloudFront.invalidate('E2EXAMPLE1WARM', ['/sizes/60*']);

  expect(await verdicts(url, 3)).toEqual(['Miss', 'Hit REC', 'Hit EDGE']);
  expect(await verdicts(`${SITE}/sizes/7000`, 1)).toEqual(['Hit EDGE']);
});

test('keeps the old copy until the invalidation is completed', async () => {
  const delayed = await startSimulation({ invalidationDelayMs: 600_000 });
  const url = `${SITE}/sizes/6001`;
  await delayed.get(POP, url);
  const { invalidations } = delayed.cloudFront;

  const { id } = invalidations.create('E2EXAMPLE1WARM', ['/sizes/6001']);
  const during = await delayed.get(POP, url);
  const statusDuring = invalidations.find(id)?.status;
  invalidations.close();
  const after = await delayed.get(POP, url);

  expect([verdict(during), verdict(after)]).toEqual(['Hit REC', 'Miss']);
  expect([statusDuring, invalidations.find(id)?.status]).toEqual(['InProgress', 'Completed']);
  await delayed.stop();
});

test('does not keep what was on its way when it was invalidated', async () => {
  const slow = await startSimulation({ originLatencyMs: 200 });
  const url = `${SITE}/sizes/6002`;
  const under = slow.get(POP, url);
  await expect.poll(() => slow.cloudFront.inspect.origin().total).toBe(1);

  await slow.cloudFront.invalidate('E2EXAMPLE1WARM', ['/sizes/6002']);
  await under;

  expect(slow.cloudFront.inspect.caches().total).toBe(0);
  await slow.stop();
});

test.each(['sizes', '/a*b'])('refuses to invalidate the path %s', async (path) => {
  await expect(async () =>
    simulation.cloudFront.invalidate('E2EXAMPLE1WARM', [path]),
  ).rejects.toThrow(`Invalidation path \`${path}\``);
});
