import { expect, test } from 'vitest';
import { createBatchSizer } from '../../domain/batch-size.ts';
import {
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  isHistoryFull,
  windowBatches,
} from '../../domain/fill-window.ts';

test.each([
  [0, 2, 4],
  [1, 2, 4],
  [2, 2, 5],
  [10, 2, 25],
  [300, 2, 750],
  [300, 8, 750],
])('keeps for %d instances with %d slots %d batches in flight', (instances, slots, window) => {
  expect(windowBatches(instances, slots)).toBe(window);
});

test.each([
  [4, 1_000, 5_000],
  [250, 1_000, 5_000],
  [500, 2_000, 10_000],
  [750, 3_000, 15_000],
])('lets a window of %d heartbeat every %d ms', (window, intervalMs, timeoutMs) => {
  expect(heartbeatIntervalMs(window)).toBe(intervalMs);
  expect(heartbeatTimeoutMs(intervalMs, false)).toBe(timeoutMs);
  expect(heartbeatTimeoutMs(intervalMs, true)).toBe(30_000);
});

test.each([
  [4, { historyLength: 4_095, historySize: 4 * 1_048_576 - 1 }, false],
  [4, { historyLength: 4_096, historySize: 0 }, true],
  [4, { historyLength: 1, historySize: 4 * 1_048_576 }, true],
  [500, { historyLength: 11_999, historySize: 11 * 1_048_576 }, false],
  [500, { historyLength: 12_000, historySize: 0 }, true],
  [500, { historyLength: 1, historySize: 12 * 1_048_576 }, true],
  [750, { historyLength: 17_999, historySize: 0 }, false],
  [750, { historyLength: 18_000, historySize: 0 }, true],
])('at a window of %d calls the history %j full: %s', (window, history, isFull) => {
  expect(isHistoryFull(history, window)).toBe(isFull);
});

test('begins with small batches and grows to about five seconds of work', () => {
  const sizer = createBatchSizer();
  const before = sizer.tasksOfNext(1_000_000, 4);

  for (let batch = 0; batch < 30; batch += 1) sizer.note({ tasks: 50, elapsedMs: 1_000 });

  expect(before).toBe(10);
  expect(sizer.tasksOfNext(1_000_000, 4)).toBe(250);
  expect(createBatchSizer(sizer.tasksPerSecond()).tasksOfNext(1_000_000, 4)).toBe(250);
});

test.each([
  [1_000_000, 10_000, 1_000],
  [1_000_000, 0.1, 10],
  [1_000, 1_000, 125],
  [400, 1_000, 100],
  [40, 10_000, 40],
  [40, 20, 5],
  [3, 10, 1],
  [100, 0, 10],
  [6, 0, 2],
  [1, 0, 1],
  [0, 10_000, 1],
])('sizes a batch with %d tasks left at %d tasks a second', (remaining, tasksPerSecond, tasks) => {
  expect(createBatchSizer(tasksPerSecond).tasksOfNext(remaining, 4)).toBe(tasks);
});

test('learns nothing from a batch that did nothing', () => {
  const sizer = createBatchSizer(7);

  sizer.note({ tasks: 0, elapsedMs: 10_000 });
  sizer.note({ tasks: 5, elapsedMs: 0 });

  expect(sizer.tasksPerSecond()).toBe(7);
});
