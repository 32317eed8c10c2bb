import { expect, test } from 'vitest';
import type { FetchSample } from '../../domain/batch.ts';
import { OUTCOME_NAMES } from '../../domain/outcome.ts';
import { createSampleStore } from '../../domain/samples.ts';

const sample = (overrides: Partial<FetchSample>): FetchSample => ({
  url: 0,
  pop: 0,
  outcome: 'timed_out',
  atMs: 1,
  ...overrides,
});

test('keeps the first twenty samples of each outcome', () => {
  const store = createSampleStore();

  for (const outcome of OUTCOME_NAMES) {
    for (let url = 0; url < 30; url += 1) store.add(sample({ outcome, url }));
  }

  expect(store.all()).toHaveLength(20 * OUTCOME_NAMES.length);
  expect(Math.max(...store.all().map(({ url }) => url))).toBe(19);
});

test('goes on with the samples of an earlier run', () => {
  const first = createSampleStore();
  for (let url = 0; url < 15; url += 1) first.add(sample({ url }));

  const second = createSampleStore(first.carry());
  for (let url = 15; url < 30; url += 1) second.add(sample({ url }));

  expect(second.all().map(({ url }) => url)).toEqual(Array.from({ length: 20 }, (_, url) => url));
});
