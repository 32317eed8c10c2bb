/** Counts requests a second at each POP. */
export interface RateLimits {
  /** Counts one request; true when it is above the rate. */
  isExceeded: (popId: string, requestsPerSecond: number, nowMs: number) => boolean;
}

/** Creates counters over windows of one second that begin with a request. */
export function createRateLimits(): RateLimits {
  const windows = new Map<string, { startMs: number; requests: number }>();
  return {
    isExceeded: function isExceeded(popId, requestsPerSecond, nowMs) {
      const known = windows.get(popId);
      const isCurrent = known !== undefined && nowMs - known.startMs < 1_000;
      const window = isCurrent ? known : { startMs: nowMs, requests: 0 };
      window.requests += 1;
      windows.set(popId, window);
      return window.requests > requestsPerSecond;
    },
  };
}
