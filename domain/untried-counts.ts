import type { RequestTotals } from './prewarm.ts';

/** The part of a request's totals that counts tasks and bytes. */
export type RequestCounts = Omit<
  RequestTotals,
  'phase' | 'status' | 'stopReason' | 'acceptedAtMs' | 'timeoutAtMs' | 'updatedAtMs'
>;

/** Counts of a request of which nothing was tried: every task is pending, no size is known. */
export function untriedCounts(totalTasks: number): RequestCounts {
  return {
    totalTasks,
    warmedTasks: 0,
    failedTasks: 0,
    inFlightTasks: 0,
    pendingTasks: totalTasks,
    warmedBytes: 0,
    totalBytes: 0,
    isTotalBytesEstimated: true,
    bytesFetched: 0,
    fetches: 0,
  };
}
