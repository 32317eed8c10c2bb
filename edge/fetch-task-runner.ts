import { AddressChoice } from './address-choice.ts';
import { LARGE_OBJECT_BYTES } from './concurrency-policy.ts';
import type { EdgeDirectory } from './directory.ts';
import { edgeUrl } from './edge-url.ts';
import type { EdgeEngine, EngineDeadlines } from './engine.ts';
import type { FetchTaskRunner } from './fetch-task.ts';
import type { PopLimiter } from './pop-limiter.ts';
import type { RequestRate } from './request-rate.ts';
import { type TaskMeans, TaskRun } from './task-run.ts';
import { TasksInFlight } from './tasks-in-flight.ts';

/** Dependencies of {@link createFetchTaskRunner}. */
export type FetchTaskRunnerDeps = {
  readonly engine: EdgeEngine;
  readonly directory: EdgeDirectory;
  readonly limiter: PopLimiter;
  readonly rate: RequestRate;
  readonly deadlines?: EngineDeadlines;
  /** Pause before a second Miss is tried again. @default 1000 */
  readonly storePauseMs?: number;
};

/**
 * Deadlines of a GET. The first byte of a miss may take the origin's 120 s (CloudFront quotas);
 * 50 GB, the largest object, need 4 MB/s to arrive in time.
 */
export const DEFAULT_DEADLINES: EngineDeadlines = {
  connectMs: 6_000,
  firstByteMs: 130_000,
  idleMs: 30_000,
  totalMs: 4 * 3_600_000,
  minimumBytesPerSecond: 1_024,
};

/** A runner of fetch tasks. */
export function createFetchTaskRunner(deps: FetchTaskRunnerDeps): FetchTaskRunner {
  const { engine, directory, limiter, rate } = deps;
  const { deadlines = DEFAULT_DEADLINES, storePauseMs = 1_000 } = deps;
  const tasksInFlight = new TasksInFlight();
  const choice = new AddressChoice();

  return {
    urlOf: edgeUrl,
    acquire: ({ pop, expectedBytes, signal }) =>
      limiter.acquire({ pop, isLarge: isLarge(expectedBytes), signal }),
    mayStay: (slot, expectedBytes) => slot.mayStay(isLarge(expectedBytes)),
    async run(slot, lane) {
      const inFlight = tasksInFlight.enter(slot.pop);
      const means: TaskMeans = {
        engine,
        directory,
        choice,
        deadlines,
        storePauseMs,
        slot,
        lane,
        inFlight,
        rate: rate.of(slot.pop),
      };
      try {
        await runLane(means);
      } finally {
        inFlight.leave();
      }
    },
  };
}

/** One function for all tasks of a lane: a promise a task would be paid for at every fetch. */
async function runLane(means: TaskMeans): Promise<void> {
  const { lane } = means;
  for (let task = lane.next(); task !== undefined; task = lane.next()) {
    const run = new TaskRun(means, task);
    try {
      const opening = run.open();
      if (opening !== undefined) await opening;
      for (let step = run.step; step !== undefined; step = run.step) {
        if (step === 'pause') {
          await run.pause();
          continue;
        }
        try {
          run.read(step, await run.send(step));
        } catch (error) {
          await run.retry(step, error);
        }
      }
    } catch (error) {
      run.fail(error);
    } finally {
      run.close();
    }
    lane.note(run.result());
  }
}

function isLarge(expectedBytes = 0): boolean {
  return expectedBytes > LARGE_OBJECT_BYTES;
}
