import type { RequestSummary, RequestTotals } from '../../domain/prewarm.ts';

/** Where a request stands, as the api tells it. */
export type RequestView = {
  readonly totals: RequestTotals;
  /** The contract's percentage_complete; never falls while the request runs. */
  readonly percentage: number;
  readonly warnings: readonly string[];
  /** Whether it can't change any more. */
  readonly isEnded: boolean;
  /** Set where not all of an ended request could be read: asked again soon, it may tell more. */
  readonly isPartial?: true;
};

/** {@link RequestView} with what the report needs. */
export type SummaryView = RequestView & { readonly summary: RequestSummary };

/** What a workflow that was stopped from outside leaves: nothing is in flight any more. */
export function endedTotals(
  totals: RequestTotals,
  { reason, closedAtMs }: { readonly reason: string; readonly closedAtMs: number | undefined },
): RequestTotals {
  return {
    ...totals,
    phase: 'closed',
    status: 'FAILED',
    stopReason: reason,
    inFlightTasks: 0,
    pendingTasks: totals.pendingTasks + totals.inFlightTasks,
    updatedAtMs: closedAtMs ?? totals.updatedAtMs,
  };
}
