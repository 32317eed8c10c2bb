import { performance } from 'node:perf_hooks';

/** How far apart two looks at the deadlines are, and so how late a deadline may fire. */
export const CLOCK_PERIOD_MS = 100;

/** A tick that comes this late says that the process was busy, not that its peers were silent. */
const STALL_MS = 10 * CLOCK_PERIOD_MS;

/** Told of each tick of a {@link CoarseClock}. Must not throw. */
export interface ClockWatcher {
  onTick(nowMs: number): void;
}

/** One timer for all deadlines of a process: a timer for each piece of a body would cost more than the piece. */
export interface CoarseClock {
  /** Monotonic time in ms, as exact as the machine has it. */
  readonly preciseMs: number;
  /** Monotonic time in ms as of the last tick: a plain read, for hot paths. */
  readonly coarseMs: number;
  watch(watcher: ClockWatcher): void;
  unwatch(watcher: ClockWatcher): void;
}

/**
 * A clock that ticks every 100 ms while somebody watches it, and holds no process open.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function createCoarseClock(now: () => number = () => performance.now()): CoarseClock {
  const watchers = new Set<ClockWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let coarseMs = now();

  function tick(): void {
    const nowMs = now();
    const isLate = nowMs - coarseMs > STALL_MS;
    coarseMs = nowMs;
    // After a stall the sockets are read first: what they hold may have come long ago.
    if (isLate) return;
    for (const watcher of watchers) watcher.onTick(nowMs);
  }

  return {
    get preciseMs() {
      return now();
    },
    get coarseMs() {
      return coarseMs;
    },
    watch(watcher) {
      watchers.add(watcher);
      if (timer !== undefined) return;
      coarseMs = now();
      timer = setInterval(tick, CLOCK_PERIOD_MS);
      timer.unref();
    },
    unwatch(watcher) {
      watchers.delete(watcher);
      if (watchers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
