import { expect, test } from 'vitest';
import { liveKeepMs } from '../../api/reading/live-keep.ts';

test.each([
  [-5, 100],
  [0, 100],
  [500, 100],
  [1_000, 200],
  [3_500, 700],
  [60_000, 700],
])('keeps the answer of a request %i ms old for %i ms', (ageMs, keepMs) => {
  expect(liveKeepMs(ageMs)).toBe(keepMs);
});

test('costs a dozen readings more than the longest pause in the first 3.5 s', () => {
  let readings = 0;
  for (let ageMs = 0; ageMs < 3_500; ageMs += liveKeepMs(ageMs)) readings += 1;

  expect(readings).toBeLessThanOrEqual(3_500 / 700 + 12);
});
