import { once } from 'node:events';
import { AddressChoice } from './address-choice.ts';
import { LARGE_OBJECT_BYTES, type ConcurrencyPolicy } from './concurrency-policy.ts';
import { describeCaching } from './describe-answer.ts';
import { DirectoryError, type EdgeDirectory, type PopAddresses } from './directory.ts';
import type { EdgeEngine, EngineDeadlines } from './engine.ts';
import type { FetchTask, FetchTaskResult, FetchTaskRunner } from './fetch-task.ts';
import type { PopLimiter, Slot } from './pop-limiter.ts';
import { reachDepth } from './reach-depth.ts';
import { requestHeaders } from './request-headers.ts';
import type { RequestRate } from './request-rate.ts';
import { TaskEnded } from './task-ended.ts';
import { TaskProber } from './task-prober.ts';

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
  /** What runs now, by URL and POP: at once twice, each would only falsify what the other sees. */
  const inFlight = new Map<string, Promise<FetchTaskResult>>();

  const acquire: FetchTaskRunner['acquire'] = async ({ pop, expectedBytes = 0, signal }) =>
    limiter.acquire({ pop, isLarge: expectedBytes > LARGE_OBJECT_BYTES, signal });

  async function runAlone(task: FetchTask, place: Place): Promise<FetchTaskResult> {
    const url = new URL(task.url);
    let prober: TaskProber | undefined;
    try {
      const addresses = await resolve(directory, task);
      prober = new TaskProber(proberDeps, {
        task,
        url,
        addresses,
        headers: requestHeaders(task.headers),
        withoutSlot: (pause) => place.leaveFor(pause),
      });
      const outcome = await reachDepth(task.depth, prober);
      const headers = outcome === 'not_cacheable' ? prober.headers : undefined;
      const message = headers === undefined ? undefined : describeCaching(headers);
      return resultOf(prober, { outcome, message, isSlowedDown: false });
    } catch (error) {
      return resultOf(prober, endOf(error, task));
    }
  }

  return {
    acquire,
    async run(task, slot) {
      const place = new Place(slot, () => acquire(task));
      const key = `${task.pop} ${task.url}`;
      try {
        for (let other = inFlight.get(key); other !== undefined; other = inFlight.get(key)) {
          const ended = Promise.allSettled([other]);
          await place.leaveFor(() => untilAborted(ended, task.signal));
        }
        const running = runAlone(task, place).finally(() => inFlight.delete(key));
        inFlight.set(key, running);
        return await running;
      } catch (error) {
        return resultOf(undefined, endOf(error, task));
      } finally {
        place.leave();
      }
    },
  };
}

async function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const release = new AbortController();
  const aborted = once(signal, 'abort', { signal: release.signal }).catch(() => undefined);
  await Promise.race([promise, aborted]);
  release.abort();
}

/** A task's place at its POP, which it leaves while it only waits. */
class Place {
  #slot: Slot | undefined;
  readonly #acquire: () => Promise<Slot | undefined>;

  constructor(slot: Slot, acquire: () => Promise<Slot | undefined>) {
    this.#slot = slot;
    this.#acquire = acquire;
  }

  leave(): void {
    this.#slot?.release();
    this.#slot = undefined;
  }

  /** @throws TaskEnded when the task was cancelled meanwhile. */
  async leaveFor(wait: () => Promise<void>): Promise<void> {
    this.leave();
    await wait();
    this.#slot = await this.#acquire();
    if (this.#slot === undefined) throw new TaskEnded(undefined, undefined);
  }
}

async function resolve(directory: EdgeDirectory, task: FetchTask): Promise<PopAddresses> {
  const resolution = await directory.resolve(task.pop, task.domainName);
  if (resolution.isFound) return resolution.addresses;
  throw new TaskEnded('connect_failed', resolution.reason);
}

type TaskEnd = Pick<FetchTaskResult, 'outcome' | 'message' | 'isSlowedDown'>;

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
