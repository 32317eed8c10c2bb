import { performance } from 'node:perf_hooks';

/** Whether this process has any time left. */
export interface EventLoopLoad {
  /** The event loop was busy nearly all of the last moments. Cheap enough to ask at each fetch. */
  isSaturated(): boolean;
}

/** Where the times come from; by default from this process. */
export type EventLoopLoadOptions = {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Since the start of the process. */
  readonly times?: () => EventLoopTimes;
};

/** What an event loop did with its time, in milliseconds. */
export type EventLoopTimes = { readonly activeMs: number; readonly idleMs: number };

/** Long enough to be told from one burst of answers, short enough to see the handshakes of a start. */
const WINDOW_MS = 50;
/** Below it there is still time in which more GETs at once would bring more. */
const SATURATED_SHARE = 0.9;

/** Watches an event loop in windows of at least 50 ms, without a timer. */
export function createEventLoopLoad(options: EventLoopLoadOptions = {}): EventLoopLoad {
  const { now = () => performance.now(), times = timesOfThisProcess } = options;
  let start = times();
  let startMs = now();
  let isSaturated = false;
  return {
    isSaturated() {
      const nowMs = now();
      if (nowMs - startMs < WINDOW_MS) return isSaturated;
      const end = times();
      const activeMs = end.activeMs - start.activeMs;
      const idleMs = end.idleMs - start.idleMs;
      isSaturated = activeMs > SATURATED_SHARE * (activeMs + idleMs);
      start = end;
      startMs = nowMs;
      return isSaturated;
    },
  };
}

function timesOfThisProcess(): EventLoopTimes {
  const { active, idle } = performance.eventLoopUtilization();
  return { activeMs: active, idleMs: idle };
}
