import { expect, test } from 'vitest';
import { createBatchSizer } from '../../domain/batch-size.ts';

/** One fetch worker with two slots: its window, and none of its slots in use. */
const ONE_WORKER = { window: 4, freeSlots: 2 };
/** Ten of them. */
const TEN_WORKERS = { window: 25, freeSlots: 20 };

test('begins with a task for each connection and grows to about five seconds of work', () => {
  const sizer = createBatchSizer({ pops: 20 });
  const before = sizer.tasksOfNext({ readyTasks: 1_000_000, ...ONE_WORKER });

  for (let batch = 0; batch < 30; batch += 1) sizer.note({ tasks: 50, elapsedMs: 1_000 });

  const tasksPerSecond = sizer.tasksPerSecond();
  expect(before).toBe(32);
  expect(sizer.tasksOfNext({ readyTasks: 1_000_000, ...ONE_WORKER })).toBe(250);
  expect(
    createBatchSizer({ pops: 20, tasksPerSecond }).tasksOfNext({
      readyTasks: 1_000_000,
      ...ONE_WORKER,
    }),
  ).toBe(250);
});

test.each([
  [1_000_000, 10_000, 1_000],
  [1_000_000, 0.1, 32],
  [1_000, 1_000, 125],
  [400, 1_000, 100],
  [160, 1, 32],
  [40, 10_000, 40],
  [40, 20, 20],
  [40, 1, 20],
  [3, 10, 2],
  [160, 0, 32],
  [40, 0, 20],
  [6, 0, 3],
  [2, 0, 2],
  [1, 0, 1],
  [0, 10_000, 1],
])('sizes a batch for one worker with %d tasks left at %d a second', (readyTasks, rate, tasks) => {
  const sizer = createBatchSizer({ pops: 20, tasksPerSecond: rate });

  expect(sizer.tasksOfNext({ readyTasks, ...ONE_WORKER })).toBe(tasks);
});

test.each([
  [1_000_000, 1, 32],
  [1_000, 1, 32],
  [640, 0, 32],
  [160, 1, 8],
  [40, 1, 2],
  [20, 1, 1],
  [20, 0, 2],
])('leaves each of ten workers some of %d tasks at %d a second', (readyTasks, rate, tasks) => {
  const sizer = createBatchSizer({ pops: 20, tasksPerSecond: rate });

  expect(sizer.tasksOfNext({ readyTasks, ...TEN_WORKERS })).toBe(tasks);
});

test.each([
  [1, 8],
  [2, 16],
  [3, 24],
  [4, 32],
  [100, 32],
])('counts the connections of %d POPs, four of them at most', (pops, tasks) => {
  const sizer = createBatchSizer({ pops, tasksPerSecond: 4 });

  expect(sizer.tasksOfNext({ readyTasks: 64, ...ONE_WORKER, freeSlots: 1 })).toBe(tasks);
});

test('gives the last free slot all that its connections can take', () => {
  const sizer = createBatchSizer({ pops: 4, tasksPerSecond: 10 });

  expect(sizer.tasksOfNext({ readyTasks: 30, window: 4, freeSlots: 1 })).toBe(30);
  expect(sizer.tasksOfNext({ readyTasks: 30, window: 4, freeSlots: 0 })).toBe(30);
});

test('learns nothing from a batch that did nothing', () => {
  const sizer = createBatchSizer({ pops: 4, tasksPerSecond: 7 });

  sizer.note({ tasks: 0, elapsedMs: 10_000 });
  sizer.note({ tasks: 5, elapsedMs: 0 });

  expect(sizer.tasksPerSecond()).toBe(7);
});
