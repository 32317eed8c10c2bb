/** How many fetch tasks the next batch gets. */

import { concurrentTasks } from './batch-spread.ts';

const TARGET_SECONDS = 5;
const MINIMUM_TASKS = 10;
const MAXIMUM_TASKS = 1_000;
/** Weight of the newest batch in the moving rate. */
const NEWEST_WEIGHT = 0.25;
/** Near the end each slot gets at least two more batches, so that no straggler holds the run. */
const BATCHES_TO_THE_END = 2;
/** Work that is not worth cutting up: an activity costs Temporal and its workers tens of milliseconds. */
const QUICK_SECONDS = 0.1;
/** The same while no rate is known. Few, because one of them may prove to be huge. */
const QUICK_TASKS_AT_FIRST = 2;

/** What a batch says about the rate. */
export type BatchPace = {
  /** Tasks with an outcome. */
  readonly tasks: number;
  readonly elapsedMs: number;
};

/** What there is to hand out, and to how many. */
export type WorkAtHand = {
  /** Tasks that may go now: followers wait for their leaders. */
  readonly readyTasks: number;
  /** Batches that the request keeps in flight. */
  readonly window: number;
  /** Slots of the fleet that no batch of the request is in. */
  readonly freeSlots: number;
};

/** Learns how fast batches go, and sizes the next ones. */
export interface BatchSizer {
  /** Learns from a batch that came back. Tasks handed back say nothing about the rate. */
  readonly note: (pace: BatchPace) => void;
  /**
   * Tasks of the next batch: about 5 s of work at the moving rate, at most 1,000, and near the end
   * the rest divided by twice the window. At least 1.
   *
   * Not less than a slot's connections can take at once (up to 32), as far as each free slot gets
   * its share of them: those tasks run side by side, so fewer would save no time and, where the
   * origin is slow, leave connections idle. And not less than 0.1 s of work.
   */
  readonly tasksOfNext: (work: WorkAtHand) => number;
  /** The moving rate, for the next run; 0 while nothing is known. */
  readonly tasksPerSecond: () => number;
}

/** What a sizer starts from. */
export type BatchSizerInput = {
  /** POPs of the request. */
  readonly pops: number;
  /** Rate known from an earlier run; 0 starts with the smallest batches. @default 0 */
  readonly tasksPerSecond?: number;
};

/** A batch sizer. */
export function createBatchSizer({ pops, tasksPerSecond = 0 }: BatchSizerInput): BatchSizer {
  const atOnce = concurrentTasks(pops);
  let rate = tasksPerSecond;
  return {
    note: ({ tasks, elapsedMs }) => {
      if (tasks <= 0 || elapsedMs <= 0) return;
      const newest = (tasks * 1_000) / elapsedMs;
      rate = rate === 0 ? newest : rate + NEWEST_WEIGHT * (newest - rate);
    },
    tasksOfNext: ({ readyTasks, window, freeSlots }) => {
      const steady = Math.min(
        MAXIMUM_TASKS,
        Math.max(MINIMUM_TASKS, atOnce, Math.round(rate * TARGET_SECONDS)),
      );
      const guided = Math.ceil(readyTasks / (BATCHES_TO_THE_END * window));
      const sideBySide = Math.min(atOnce, Math.ceil(readyTasks / Math.max(1, freeSlots)));
      const quick = rate === 0 ? QUICK_TASKS_AT_FIRST : Math.floor(rate * QUICK_SECONDS);
      return Math.max(1, Math.min(steady, readyTasks, Math.max(guided, sideBySide, quick)));
    },
    tasksPerSecond: () => rate,
  };
}
