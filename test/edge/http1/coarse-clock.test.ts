import { expect, test, vi } from 'vitest';
import { createCoarseClock } from '../../../edge/http1/coarse-clock.ts';

test('ticks for its watchers only, and has no timer without them', () => {
  vi.useFakeTimers();
  const clock = createCoarseClock(() => performance.now());
  const ticks: number[] = [];
  const watcher = { onTick: (nowMs: number) => ticks.push(nowMs) };

  clock.watch(watcher);
  vi.advanceTimersByTime(350);
  clock.unwatch(watcher);

  expect(ticks).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('skips the tick after a stall, so that the sockets are read before they are judged', () => {
  vi.useFakeTimers();
  let nowMs = 0;
  const clock = createCoarseClock(() => nowMs);
  let ticks = 0;
  const watcher = { onTick: () => (ticks += 1) };
  clock.watch(watcher);

  nowMs = 5_000;
  vi.advanceTimersByTime(100);
  const afterStall = ticks;
  nowMs = 5_100;
  vi.advanceTimersByTime(100);

  expect([afterStall, ticks]).toEqual([0, 1]);
  clock.unwatch(watcher);
  vi.useRealTimers();
});
