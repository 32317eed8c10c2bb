import type { Outcome } from '../domain/outcome.ts';
import { AddressChoice } from './address-choice.ts';
import { LARGE_OBJECT_BYTES, type ConcurrencyPolicy } from './concurrency-policy.ts';
import { describeCaching } from './describe-answer.ts';
import {
  DirectoryError,
  type EdgeDirectory,
  type PopAddresses,
  type PopResolution,
} from './directory.ts';
import type { EdgeEngine, EngineDeadlines } from './engine.ts';
import type { FetchTask, FetchTaskResult, FetchTaskRunner } from './fetch-task.ts';
import type { PopLimiter, Slot } from './pop-limiter.ts';
import { NO_PROOF, reachDepth } from './reach-depth.ts';
import type { RequestRate } from './request-rate.ts';
import { TaskEnded } from './task-ended.ts';
import { TaskProber } from './task-prober.ts';
import { TasksInFlight } from './tasks-in-flight.ts';

/** Dependencies of {@link createFetchTaskRunner}. */
export type FetchTaskRunnerDeps = {
  readonly engine: EdgeEngine;
  readonly directory: EdgeDirectory;
  readonly limiter: PopLimiter;
  readonly rate: RequestRate;
  readonly policy: ConcurrencyPolicy;
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
  const { engine, directory, limiter, rate, policy } = deps;
  const { deadlines = DEFAULT_DEADLINES, storePauseMs = 1_000 } = deps;
  const proberDeps = { engine, rate, policy, choice: new AddressChoice(), deadlines, storePauseMs };
  const inFlight = new TasksInFlight();

  return {
    acquire: ({ pop, expectedBytes, signal }) =>
      limiter.acquire({ pop, isLarge: isLarge(expectedBytes), signal }),
    mayStay: (slot, expectedBytes) => slot.mayStay(isLarge(expectedBytes)),
    // One function where three would read better: each promise is paid for at every fetch.
    async run(task, slot) {
      let prober: TaskProber | undefined;
      let hasBegun = false;
      try {
        while (!inFlight.begin(task)) {
          await leaveFor(slot, () => inFlight.untilEnded(task), task.signal);
        }
        hasBegun = true;
        const asked = directory.resolve(task.pop, task.domainName);
        const resolution = asked instanceof Promise ? await asked : asked;
        const asking = new TaskProber(proberDeps, task, addressesOf(resolution));
        prober = asking;
        const story = reachDepth(task.depth);
        let step = story.next();
        while (step.done !== true) {
          let sighting = NO_PROOF;
          if (step.value === 'pause') {
            await leaveFor(slot, () => asking.pause(), task.signal);
          } else {
            try {
              sighting = asking.read(step.value, await asking.send(step.value));
            } catch (error) {
              sighting = await asking.retry(step.value, error);
            }
          }
          step = story.next(sighting);
        }
        return resultOf(asking, endOfStory(step.value, asking));
      } catch (error) {
        return resultOf(prober, endOf(error, task));
      } finally {
        if (hasBegun) inFlight.end(task);
      }
    },
  };
}

function isLarge(expectedBytes = 0): boolean {
  return expectedBytes > LARGE_OBJECT_BYTES;
}

/** @throws TaskEnded when the task was cancelled meanwhile. */
async function leaveFor(slot: Slot, wait: () => Promise<void>, signal: AbortSignal): Promise<void> {
  if (!(await slot.leaveFor(wait, signal))) throw new TaskEnded(undefined, undefined);
}

/** @throws TaskEnded when there is no such POP. */
function addressesOf(resolution: PopResolution): PopAddresses {
  if (resolution.isFound) return resolution.addresses;
  throw new TaskEnded('connect_failed', resolution.reason);
}

type TaskEnd = Pick<FetchTaskResult, 'outcome' | 'message' | 'isSlowedDown'>;

/** The end of a story that was told to its end. */
function endOfStory(outcome: Outcome, { headers }: TaskProber): TaskEnd {
  const isTelling = outcome === 'not_cacheable' && headers !== undefined;
  const message = isTelling ? describeCaching(headers) : undefined;
  return { outcome, message, isSlowedDown: false };
}

/** Turns what ended a task into its result. Anything unknown is a defect and is thrown on. */
function endOf(error: unknown, task: FetchTask): TaskEnd {
  if (error instanceof TaskEnded) {
    const { outcome, message, isSlowedDown } = error;
    return { outcome, message: message === '' ? undefined : message, isSlowedDown };
  }
  if (task.signal.aborted) return { outcome: undefined, message: undefined, isSlowedDown: false };
  if (error instanceof DirectoryError) {
    return { outcome: 'connect_failed', message: error.message, isSlowedDown: false };
  }
  throw error;
}

function resultOf(prober: TaskProber | undefined, end: TaskEnd): FetchTaskResult {
  return {
    outcome: end.outcome,
    isSlowedDown: end.isSlowedDown,
    bodyBytes: prober?.bodyBytes,
    fetches: prober?.fetches ?? 0,
    isRevalidating: prober?.isRevalidating ?? false,
    status: prober?.status,
    servedBy: prober?.facts?.servedBy,
    xCache: prober?.facts?.xCache,
    message: end.message?.slice(0, 200),
  };
}
