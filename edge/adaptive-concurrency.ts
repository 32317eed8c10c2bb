import { performance } from 'node:perf_hooks';
import { AdaptiveLimit } from './adaptive-limit.ts';
import {
  LARGE_OBJECT_BYTES,
  type ConcurrencyPolicy,
  type FetchObservation,
  type LimitedSize,
  type PopConcurrency,
} from './concurrency-policy.ts';
import type { EventLoopLoad } from './event-loop-load.ts';

/** Settings of {@link createAdaptiveConcurrency}. */
export type AdaptiveConcurrencyOptions = {
  /** Fetch tasks at once through a POP of which nothing is known yet. */
  readonly startPerPop: number;
  /** Fetch tasks at once in the process: a POP never gets more. */
  readonly maxRunning: number;
  /** This process: while it is the bottleneck, no POP wins places beyond `startPerPop`. */
  readonly load: EventLoopLoad;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
};

/** At 200 ms it is 320 small objects a second, from one worker of a fleet that may have hundreds. */
const MAXIMUM_PER_POP = 64;
const LARGE_BOUNDS = { minimum: 2, start: 2, maximum: 4 };
/** After so long a pause what was learned no longer holds; longer than any first byte may take. */
const FORGET_AFTER_MS = 5 * 60_000;
const MAXIMUM_POPS = 4_096;

/**
 * Learns for each POP how many fetch tasks it is worth: many for a far POP and small objects, few
 * for a near, a slow or a failing one, and for all while this process has no time left; 2 to 4 for
 * large objects. At most 64, or `startPerPop` where that is more.
 */
export function createAdaptiveConcurrency(options: AdaptiveConcurrencyOptions): ConcurrencyPolicy {
  const { startPerPop, maxRunning, load, now = () => performance.now() } = options;
  const start = Math.min(startPerPop, maxRunning);
  const bounds = {
    minimum: 1,
    start,
    maximum: Math.min(maxRunning, Math.max(start, MAXIMUM_PER_POP)),
  };
  const pops = new Map<string, LearnedConcurrency>();

  return {
    of(pop) {
      const nowMs = now();
      const known = pops.get(pop);
      if (known !== undefined && nowMs - known.usedAtMs < FORGET_AFTER_MS) return known;
      const [oldest] = pops.keys();
      if (pops.size >= MAXIMUM_POPS && oldest !== undefined) pops.delete(oldest);
      const limits = {
        any: new AdaptiveLimit(bounds, load, nowMs),
        large: new AdaptiveLimit(LARGE_BOUNDS, load, nowMs),
      };
      const learned = new LearnedConcurrency(limits, nowMs);
      pops.delete(pop);
      pops.set(pop, learned);
      return learned;
    },
  };
}

class LearnedConcurrency implements PopConcurrency {
  readonly #limits: Record<LimitedSize, AdaptiveLimit>;
  usedAtMs: number;

  constructor(limits: Record<LimitedSize, AdaptiveLimit>, nowMs: number) {
    this.#limits = limits;
    this.usedAtMs = nowMs;
  }

  limitOf(size: LimitedSize): number {
    const { any, large } = this.#limits;
    return size === 'any' ? any.value : Math.min(any.value, large.value);
  }

  noteFull(size: LimitedSize): void {
    this.#limits[size].noteFull();
  }

  note(observation: FetchObservation): void {
    const { bodyBytes, firstByteMs, totalMs, endedAtMs: nowMs, isFailed } = observation;
    this.usedAtMs = nowMs;
    const { any, large } = this.#limits;
    const isLarge = bodyBytes > LARGE_OBJECT_BYTES;
    // A large body's minutes say nothing of small ones, but what breaks is the POP's trouble.
    if (isLarge && isFailed) large.noteFailure(nowMs);
    if (isLarge && !isFailed) large.noteAnswer({ work: bodyBytes, firstByteMs, totalMs }, nowMs);
    if (isFailed) any.noteFailure(nowMs);
    else if (!isLarge) any.noteAnswer({ work: 1, firstByteMs, totalMs }, nowMs);
  }
}
