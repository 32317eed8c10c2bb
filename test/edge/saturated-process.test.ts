import { expect, test } from 'vitest';
import { createEventLoopLoad } from '../../edge/event-loop-load.ts';
import { adaptive, bestFixed, limitedPop } from './support/adaptive-on-pop.ts';

test('opens no more than the start while this process is the bottleneck, and grows afterwards', () => {
  const { run, limit, process } = adaptive();

  process.isSaturated = true;
  run({ rttMs: 50 }, 5_000);
  const saturated = limit();
  process.isSaturated = false;
  run({ rttMs: 50 }, 5_000);

  expect([saturated, limit()]).toEqual([8, 64]);
});

test('comes back to the start after failures, however busy this process is', () => {
  const { run, limit, process, clock } = adaptive();
  const failsUntilMs = clock.nowMs + 3_000;
  const model = { rttMs: 50, fails: (nowMs: number) => nowMs < failsUntilMs };
  process.isSaturated = true;

  run(model, 3_000);
  const before = limit();
  run(model, 5_000);

  expect([before, limit()]).toEqual([1, 8]);
});

test('gives places back when this process becomes the bottleneck, at little cost', () => {
  const { run, limit, process } = adaptive();
  const model = limitedPop(50);

  run({ rttMs: 50 }, 5_000);
  const before = limit();
  process.isSaturated = true;
  const { answers } = run(model, 20_000);

  expect(before).toBe(64);
  expect(limit()).toBeLessThanOrEqual(32);
  expect(answers / bestFixed(model, 20_000)).toBeGreaterThanOrEqual(0.85);
});

test('keeps its places through one busy round: handshakes, or a host that stood still', () => {
  const { run, limit, process } = adaptive();
  const model = limitedPop(50);

  run({ rttMs: 50 }, 5_000);
  process.isSaturated = true;
  run(model, 250);
  process.isSaturated = false;
  run({ rttMs: 50 }, 250);

  expect(limit()).toBe(64);
});

test('tells by the share of the last moments that the event loop was busy', () => {
  const clock = { nowMs: 0, active: 0, idle: 0 };
  const load = createEventLoopLoad({
    now: () => clock.nowMs,
    times: () => ({ activeMs: clock.active, idleMs: clock.idle }),
  });
  const pass = (active: number, idle: number): boolean => {
    clock.nowMs += active + idle;
    clock.active += active;
    clock.idle += idle;
    return load.isSaturated();
  };

  expect(pass(58, 2)).toBe(true);
  expect(pass(2, 20)).toBe(true);
  expect(pass(2, 30)).toBe(false);
  expect(pass(30, 30)).toBe(false);
  expect(pass(60, 0)).toBe(true);
});
