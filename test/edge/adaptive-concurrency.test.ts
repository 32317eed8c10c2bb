import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adaptive,
  bestFixed,
  limitedPop,
  type Model,
  POP,
  seededRandom,
} from './support/adaptive-on-pop.ts';

const OBJECT_BYTES = 1_000_000;
const LARGE_BYTES = 100 * 1024 * 1024;

/** Where all bodies share one line that twenty connections fill. */
function narrowPath(rttMs: number): Model {
  const pathBytesPerMs = (20 * OBJECT_BYTES) / rttMs;
  return { rttMs, bodyBytes: OBJECT_BYTES, pathBytesPerMs };
}

test.each([
  ['5 ms', { rttMs: 5 }, 4],
  ['50 ms', { rttMs: 50 }, 15],
  ['200 ms', { rttMs: 200 }, 20],
  ['5 ms and limited', limitedPop(5), 4],
  ['50 ms and limited', limitedPop(50), 15],
  ['200 ms and limited', limitedPop(200), 20],
  ['5 ms over a narrow path', narrowPath(5), 4],
  ['50 ms over a narrow path', narrowPath(50), 15],
  ['200 ms over a narrow path', narrowPath(200), 20],
])('is as fast as the best fixed setting at %s, its start included', (_name, model, seconds) => {
  const { run } = adaptive();

  const { answers } = run(model, seconds * 1_000);

  expect(answers / bestFixed(model, seconds * 1_000)).toBeGreaterThanOrEqual(0.93);
});

test.each([5, 50, 200])('gives a POP at %i ms no bound but its own all 64 places', (rttMs) => {
  const { run, limit } = adaptive();

  run({ rttMs }, 4_000);

  expect(limit()).toBe(64);
});

test.each([
  ['limited POP', limitedPop],
  ['narrow path', narrowPath],
])('settles near what a %s can take', (_name, modelOf) => {
  for (const rttMs of [20, 50, 200]) {
    const { run } = adaptive();

    const { limits } = run(modelOf(rttMs), 30_000);

    const settled = limits.filter(({ atMs }) => atMs > 16_000).map(({ limit }) => limit);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(18);
    expect(Math.max(...settled)).toBeLessThanOrEqual(46);
  }
});

test('takes back what it won when the POP slows down, and wins it again afterwards', () => {
  const { run, limit, clock } = adaptive();
  const slowFromMs = clock.nowMs + 5_000;
  const slowUntilMs = slowFromMs + 8_000;
  const serviceMs = (nowMs: number) => (nowMs >= slowFromMs && nowMs < slowUntilMs ? 40 : 1);
  const model = { rttMs: 20, places: 8, serviceMs };

  run(model, 5_000);
  const before = limit();
  run(model, 4_000);
  const slowed = limit();
  run(model, 30_000);

  expect(before).toBe(64);
  expect(slowed).toBeLessThanOrEqual(24);
  expect(limit()).toBe(64);
});

test('goes down to one place while everything fails, and is back at the start soon after', () => {
  const { run, limit, clock } = adaptive();
  const failsFromMs = clock.nowMs + 3_000;
  const fails = (nowMs: number) => nowMs >= failsFromMs && nowMs < failsFromMs + 5_000;
  const model = { rttMs: 50, fails };

  run(model, 3_000);
  const before = limit();
  run(model, 5_000);
  const during = limit();
  run(model, 3_000);

  expect([before, during]).toEqual([64, 1]);
  expect(limit()).toBeGreaterThanOrEqual(8);
});

test('stays below what makes a POP refuse, with few refusals', () => {
  const { run } = adaptive();

  const { answers, failures, limits } = run(
    { rttMs: 50, fails: (_now, underWay) => underWay > 24 },
    30_000,
  );

  const settled = limits.filter(({ atMs }) => atMs > 6_000).map(({ limit }) => limit);
  expect(Math.max(...settled)).toBeLessThanOrEqual(32);
  expect(Math.min(...settled)).toBeGreaterThanOrEqual(8);
  expect(failures / (answers + failures)).toBeLessThan(0.03);
});

test('does not mind one GET in a hundred that fails at any load', () => {
  const { run, limit } = adaptive();
  const random = seededRandom(7);

  run({ rttMs: 50, fails: () => random() < 0.01 }, 20_000);

  expect(limit()).toBeGreaterThanOrEqual(40);
});

test('does not take misses among the answers for a queue', () => {
  const { run, limit } = adaptive();
  const random = seededRandom(7);

  run({ rttMs: 20, serviceMs: () => (random() < 0.5 ? 400 : 1) }, 20_000);

  expect(limit()).toBeGreaterThanOrEqual(40);
});

test('learns nothing while there is too little to do', () => {
  const { run, limit } = adaptive();

  run({ rttMs: 50 }, 10_000, { demand: 6 });

  expect(limit()).toBe(8);
});

test.each([
  { name: 'fewer than four where one fills the path', ownShare: 1, least: 2, most: 3.6 },
  { name: 'four where each has a bound of its own', ownShare: 0.25, least: 4, most: 4 },
])('gives large objects $name', ({ ownShare, least, most }) => {
  const { run } = adaptive();
  const model = {
    rttMs: 50,
    bodyBytes: LARGE_BYTES,
    pathBytesPerMs: LARGE_BYTES / 1_000,
    connectionBytesPerMs: (LARGE_BYTES / 1_000) * ownShare,
  };

  const { limits } = run(model, 180_000);

  const settled = limits.filter(({ atMs }) => atMs > 90_000).map(({ limit }) => limit);
  const mean = settled.reduce((sum, limit) => sum + limit, 0) / settled.length;
  expect(mean).toBeGreaterThanOrEqual(least);
  expect(mean).toBeLessThanOrEqual(most);
});

test('keeps to the connections of the process, and to a start beyond 64', () => {
  const few = adaptive({ maxRunning: 3 });
  const many = adaptive({ startPerPop: 100 });

  few.run({ rttMs: 50 }, 5_000);
  many.run({ rttMs: 50 }, 5_000);

  expect([few.limit(), few.policy.of(POP).limitOf('large')]).toEqual([3, 2]);
  expect(many.limit()).toBe(100);
});

test('keeps POPs apart, and forgets one that was not used for five minutes', () => {
  const { run, limit, policy, clock } = adaptive();

  run({ rttMs: 50 }, 5_000);
  const other = policy.of('FRA56-P4').limitOf('any');
  clock.nowMs += 299_000;
  const remembered = limit();
  clock.nowMs += 2_000;

  expect([other, remembered, limit()]).toEqual([8, 64, 8]);
});

test('keeps its bounds whatever it is told', () => {
  const observation = fc.record({
    afterMs: fc.nat(2_000),
    bodyBytes: fc.oneof(fc.nat(1e6), fc.constant(LARGE_BYTES)),
    firstByteMs: fc.nat(5_000),
    moreMs: fc.nat(5_000),
    isFailed: fc.boolean(),
    isFull: fc.boolean(),
  });
  const settings = fc.record({
    startPerPop: fc.integer({ min: 1, max: 100 }),
    maxRunning: fc.integer({ min: 1, max: 300 }),
  });

  fc.assert(
    fc.property(settings, fc.array(observation, { maxLength: 500 }), (options, told) => {
      const { policy, clock } = adaptive(options);
      const most = Math.min(options.maxRunning, Math.max(64, options.startPerPop));
      for (const { afterMs, moreMs, isFull, ...seen } of told) {
        clock.nowMs += afterMs;
        const concurrency = policy.of(POP);
        if (isFull) for (const size of ['any', 'large'] as const) concurrency.noteFull(size);
        const totalMs = seen.firstByteMs + moreMs;
        concurrency.note({ ...seen, totalMs, endedAtMs: clock.nowMs });
        const [any, large] = [concurrency.limitOf('any'), concurrency.limitOf('large')];
        expect(Number.isInteger(any) && any >= 1 && any <= most).toBe(true);
        expect(Number.isInteger(large) && large >= 1 && large <= Math.min(4, any)).toBe(true);
      }
    }),
  );
});

/** POPs that can work on fewer at once than a start gives them: all that comes is a queue. */
const SMALL_POPS = [
  { rttMs: 20, places: 3, serviceMs: 41, seed: 0 },
  { rttMs: 21, places: 1, serviceMs: 25, seed: 159548375 },
  { rttMs: 25, places: 1, serviceMs: 25, seed: 822416360 },
  { rttMs: 36, places: 2, serviceMs: 44, seed: 66526778 },
];

test.each(SMALL_POPS)(
  'stays with few at $rttMs ms, $places x $serviceMs ms, whatever pauses it makes',
  ({ rttMs, places, serviceMs, seed }) => {
    const model = { rttMs, places, serviceMs: () => serviceMs };
    const { run } = adaptive();
    run(model, 10_000, { random: seededRandom(seed) });

    const limits = [1, 2, 3].flatMap(() => run(model, 5_000).limits.map(({ limit }) => limit));

    expect(Math.max(...limits)).toBeLessThanOrEqual(16);
  },
);

test.each(SMALL_POPS)(
  'does not run far ahead of $places x $serviceMs ms at $rttMs ms while it starts',
  ({ rttMs, places, serviceMs, seed }) => {
    const { run } = adaptive();

    const model = { rttMs, places, serviceMs: () => serviceMs };
    const { limits } = run(model, 3_000, { random: seededRandom(seed) });

    expect(Math.max(...limits.map(({ limit }) => limit))).toBeLessThanOrEqual(48);
  },
);

test('converges to at least 0.85 of the best fixed setting on any POP', () => {
  const pop = fc.record({
    rttMs: fc.integer({ min: 20, max: 250 }),
    places: fc.integer({ min: 1, max: 40 }),
    serviceMs: fc.integer({ min: 1, max: 50 }),
    seed: fc.nat(),
  });

  fc.assert(
    fc.property(pop, ({ serviceMs, seed, ...rest }) => {
      const model = { ...rest, serviceMs: () => serviceMs };
      const { run } = adaptive();
      run(model, 10_000, { random: seededRandom(seed) });

      const { answers, limits } = run(model, 5_000);

      const counts = limits.map(({ limit }) => limit);
      expect(Math.max(...counts) / Math.min(...counts)).toBeLessThanOrEqual(3);
      expect(answers).toBeGreaterThanOrEqual(0.85 * bestFixed(model, 5_000));
    }),
    { numRuns: 20 },
  );
});

test('shrinks in the rounds after failures, wherever it stood', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 250 }),
      fc.integer({ min: 0, max: 8_000 }),
      (rttMs, ms) => {
        const { run, limit } = adaptive();
        run({ rttMs }, ms);
        const before = limit();

        run({ rttMs, fails: () => true }, 100 + 10 * rttMs + 1_000);

        expect(limit()).toBeLessThanOrEqual(Math.max(1, before / 2));
      },
    ),
    { numRuns: 20 },
  );
});
