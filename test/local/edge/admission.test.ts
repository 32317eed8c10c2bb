import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { startSimulation, verdict, type Simulation } from './simulation.ts';

let simulation: Simulation;

beforeAll(async () => {
  simulation = await startSimulation();
});

afterAll(() => simulation.stop());

beforeEach(() => {
  simulation.cloudFront.reset();
  simulation.cloudFront.admission.setRule('A');
});

const URL = 'https://www.example.com/sizes/262144';

async function verdicts(popId: string, times: number, ...args: string[]): Promise<string[]> {
  const seen: string[] = [];
  for (let time = 0; time < times; time += 1) {
    seen.push(verdict(await simulation.get(popId, URL, ...args)));
  }
  return seen;
}

function held(kind: 'pop' | 'regional'): string[] {
  const { items } = simulation.cloudFront.inspect.caches({ kind, state: 'complete' });
  return items.map(({ location }) => location);
}

test('answers Miss, then Hit from the regional cache, then Hit from the POP', async () => {
  const seen = await verdicts('NRT57-P3', 4);

  expect(seen).toEqual(['Miss', 'Hit REC', 'Hit EDGE', 'Hit EDGE']);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([{ gets: 1 }]);
});

test('leaves the POP empty after one GET, although the regional cache is filled', async () => {
  await verdicts('NRT57-P3', 1);

  expect(held('pop')).toEqual([]);
  expect(held('regional')).toEqual(['ap-northeast-1']);
});

test('asks two GETs of a follower too under rule A', async () => {
  await verdicts('NRT57-P3', 2);

  expect(await verdicts('KIX56-C1', 3)).toEqual(['Hit REC', 'Hit REC', 'Hit EDGE']);
});

test('asks one GET of a follower under rule B, and two of the leader', async () => {
  simulation.cloudFront.admission.setRule('B');

  expect(await verdicts('NRT57-P3', 3)).toEqual(['Miss', 'Hit REC', 'Hit EDGE']);
  expect(await verdicts('KIX56-C1', 2)).toEqual(['Hit REC', 'Hit EDGE']);
});

test('keeps regional areas apart', async () => {
  await verdicts('NRT57-P3', 3);

  expect(await verdicts('FRA56-P4', 1)).toEqual(['Miss']);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([{ gets: 2 }]);
});

test('keeps sibling POPs of one location apart', async () => {
  await verdicts('NRT57-P3', 3);

  expect(await verdicts('NRT57-P1', 1)).toEqual(['Hit REC']);
});

test('works the same over http, with the same cache', async () => {
  await verdicts('NRT57-P3', 2);

  const answer = await simulation.get('NRT57-P3', URL.replace('https', 'http'));

  expect(verdict(answer)).toBe('Hit EDGE');
});

test('fills nothing by HEAD, and does not count it for admission', async () => {
  const heads = await verdicts('NRT57-P3', 3, '--head');

  expect(heads).toEqual(['Miss', 'Miss', 'Miss']);
  expect(held('regional')).toEqual([]);
  expect(await verdicts('NRT57-P3', 2)).toEqual(['Miss', 'Hit REC']);
});

test('fills neither cache when the viewer leaves early', async () => {
  const url = 'https://www.example.com/sizes/400000000';

  const left = await simulation.get('NRT57-P3', url, '--max-filesize', '1000');
  const read = await simulation.get('NRT57-P3', url, '--limit-rate', '1M', '--max-time', '0.3');

  expect([left.exitCode, read.exitCode]).toEqual([63, 28]);
  await expect
    .poll(() => simulation.cloudFront.inspect.requests({ location: 'origin' }).items)
    .toMatchObject([{ end: 'aborted' }, { end: 'aborted' }]);
  expect(held('pop')).toEqual([]);
  expect(held('regional')).toEqual([]);
});

test('does not count a Range request for admission, and keeps only the part', async () => {
  await verdicts('NRT57-P3', 1);

  expect(await verdicts('NRT57-P3', 2, '--range', '0-0')).toEqual(['Hit REC', 'Hit EDGE']);
  expect(simulation.cloudFront.inspect.caches({ kind: 'pop' }).items).toMatchObject([
    { location: 'NRT57-P3', state: 'fragment' },
  ]);
  expect(await verdicts('NRT57-P3', 2)).toEqual(['Hit REC', 'Hit EDGE']);
});

test('serves a Range from the cache that holds the whole object', async () => {
  await verdicts('NRT57-P3', 2);

  const part = await simulation.get('NRT57-P3', URL, '--range', '0-0');

  expect(verdict(part)).toBe('Hit EDGE');
  expect(part).toMatchObject({ status: 206, bodyBytes: 1 });
  expect(part.headers['content-range']).toEqual(['bytes 0-0/262144']);
});

test('forwards a Range that no cache holds, and then holds that part only', async () => {
  const first = await simulation.get('NRT57-P3', URL, '--range', '100-199');
  const inside = await simulation.get('NRT57-P3', URL, '--range', '150-159');
  const outside = await simulation.get('NRT57-P3', URL, '--range', '150-250');

  expect([first, inside, outside].map(verdict)).toEqual(['Miss', 'Hit EDGE', 'Miss']);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([{ gets: 0, ranges: 2 }]);
});

test('answers a Range with the whole object where the origin sends it chunked', async () => {
  const url = 'https://www.example.com/chunked/5000';

  const whole = await simulation.get('NRT57-P3', url, '--range', '0-0');

  expect(whole).toMatchObject({ status: 200, bodyBytes: 5000 });
  expect(held('regional')).toEqual(['ap-northeast-1']);
});

test('sends requests for one object that come together to the origin once', async () => {
  const slow = await startSimulation({ originLatencyMs: 300 });

  const answers = await Promise.all(
    ['NRT57-P3', 'KIX56-C1', 'NRT57-P1'].map((pop) => slow.get(pop, URL)),
  );

  expect(answers.map(verdict).toSorted()).toEqual(['Hit REC', 'Hit REC', 'Miss']);
  expect(slow.cloudFront.inspect.origin().items).toMatchObject([{ gets: 1 }]);
  await slow.stop();
});

test('asks the origin once for all areas where Origin Shield is on', async () => {
  const url = 'https://shield.example.com/sizes/20000';

  const first = await simulation.get('NRT57-P3', url);
  const other = await simulation.get('FRA56-P4', url);
  const shield = await simulation.get('IAD89-P1', url);

  expect([first, other, shield].map(verdict)).toEqual(['Miss', 'Hit Origin Shield', 'Hit REC']);
  expect(simulation.cloudFront.inspect.origin().items).toMatchObject([{ gets: 1 }]);
});
