import { expect, test } from 'vitest';
import { adaptive, bestFixed } from './support/adaptive-on-pop.ts';

/** Objects that take the origin so long, through a POP near by. */
const objects = (originMs: number) => ({ rttMs: 5, serviceMs: () => originMs });

test.each([
  [20, 200, 2_000],
  [50, 200, 3_000],
  [50, 1_000, 3_000],
  [5, 100, 1_000],
])(
  'does not take objects of %i ms before those of %i ms for a queue',
  (fastMs, slowMs, lengthMs) => {
    const { run } = adaptive();

    run(objects(fastMs), lengthMs);
    const { answers } = run(objects(slowMs), 15_000);

    expect(answers / bestFixed(objects(slowMs), 15_000)).toBeGreaterThanOrEqual(0.85);
  },
);

test('is as fast again when the fast ones come back', () => {
  const { run } = adaptive();

  run(objects(20), 2_000);
  run(objects(200), 5_000);
  const { answers } = run(objects(20), 5_000);

  expect(answers / bestFixed(objects(20), 5_000)).toBeGreaterThanOrEqual(0.9);
});
