import { expect, test } from 'vitest';
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
