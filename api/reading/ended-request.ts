import { TOTALS_MEMO } from '../../domain/ids.ts';
import type { RequestSummary, RequestTotals } from '../../domain/prewarm.ts';
import { percentageComplete } from '../../domain/progress.ts';
import { type Acceptance, readAcceptance } from '../accepting/acceptance.ts';
import { closeSummary, closeTotals } from './close-summary.ts';
import { readClosedGrid } from './closed-grid.ts';
import type { RequestReading } from './request-reading.ts';
import { isRequestTotals } from './request-totals.ts';
import { type RequestView, type SummaryView, endedTotals } from './request-view.ts';
import { TemporalBusyError } from '../temporal/temporal-errors.ts';
import { untriedCounts } from '../../domain/untried-counts.ts';
import type { WorkflowState } from '../temporal/temporal-gateway.ts';

const LAST_RESORT =
  'No control worker could be asked: these are the totals that the request left when it ended.';

const NOT_CLOSED =
  'The request was ended from outside and its fetch tasks could not all be read in time: ' +
  'failure_urls and failure_pops lack those that were not known then; the reports have all.';

const PARTIAL = { isPartial: true } as const;

/**
 * An ended request: its result, or its failure's detail; where it left neither, what its workflow
 * still answers, or the totals in its memo. A terminated workflow answers as if it still ran: what
 * its own end would have closed is closed here.
 */
export async function readEndedView(reading: RequestReading): Promise<RequestView> {
  const { gateway, requestId, deadlineAtMs } = reading;
  const { summary, reason } = await gateway.ending(requestId, deadlineAtMs);
  if (summary !== undefined) return endedView(summary.totals, summary.warnings);
  try {
    const { totals, depth, warnings } = await gateway.progress(requestId, deadlineAtMs);
    if (totals.phase === 'closed') return endedView(ended(reading, totals, reason), warnings);
    const grid = await readClosedGrid(reading, depth);
    if (grid === undefined)
      return { ...endedView(ended(reading, totals, reason), warnings), ...PARTIAL };
    return endedView(ended(reading, closeTotals(totals, grid), reason), warnings);
  } catch (error) {
    const totals = totalsInMemo(reading);
    if (!(error instanceof TemporalBusyError) || totals === undefined) throw error;
    return { ...endedView(ended(reading, totals, reason), [LAST_RESORT]), ...PARTIAL };
  }
}

/** The summary of an ended request, found as {@link readEndedView} finds its totals. */
export async function readEndedSummary(reading: RequestReading): Promise<SummaryView> {
  const { gateway, requestId, deadlineAtMs } = reading;
  const ending = await gateway.ending(requestId, deadlineAtMs);
  if (ending.summary !== undefined) return summaryView(ending.summary);
  const { reason } = ending;
  try {
    const answer = await gateway.summary(requestId, deadlineAtMs);
    const summary = { ...answer, totals: ended(reading, answer.totals, reason) };
    if (answer.totals.phase === 'closed') return summaryView(summary);
    const grid = await readClosedGrid(reading, summary.depth);
    if (grid !== undefined) return summaryView(closeSummary(summary, grid));
    const warnings = [...summary.warnings, NOT_CLOSED];
    return { ...summaryView({ ...summary, warnings }), ...PARTIAL };
  } catch (error) {
    const totals = totalsInMemo(reading);
    if (!(error instanceof TemporalBusyError) || totals === undefined) throw error;
    return { ...summaryView(summaryOfTotals(ended(reading, totals, reason))), ...PARTIAL };
  }
}

function summaryView(summary: RequestSummary): SummaryView {
  return { ...endedView(summary.totals, summary.warnings), summary };
}

function endedView(totals: RequestTotals, warnings: readonly string[]): RequestView {
  return { totals, percentage: percentageComplete(totals), warnings, isEnded: true };
}

function summaryOfTotals(totals: RequestTotals): RequestSummary {
  return {
    totals,
    depth: 'edge',
    outcomes: [],
    failedUrls: [],
    failedUrlsTotal: 0,
    failedPops: [],
    revalidatingUrls: 0,
    warnings: [LAST_RESORT],
  };
}

const ENDINGS: Readonly<Partial<Record<WorkflowState, string>>> = {
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: "timed out by Temporal's own limit",
  FAILED: 'failed',
};

/** A cancelled request wrote its reason down itself; a terminated one had no chance to. */
function ended(
  { description }: RequestReading,
  totals: RequestTotals,
  reason: string | undefined,
): RequestTotals {
  const { state, closedAtMs } = description;
  const word = ENDINGS[state] ?? 'ended';
  const told = reason === undefined ? word : `${word}: ${reason}`;
  return endedTotals(totals, { reason: totals.stopReason ?? told, closedAtMs });
}

/**
 * What the workflow wrote when it closed, or, where it never had its first turn, what the api
 * noted when it accepted the request.
 */
function totalsInMemo({ description }: RequestReading): RequestTotals | undefined {
  const { memo, hasBegun } = description;
  const totals = memo[TOTALS_MEMO];
  if (isRequestTotals(totals)) return totals;
  const acceptance = readAcceptance(memo);
  return hasBegun || acceptance === undefined ? undefined : untouchedTotals(acceptance);
}

function untouchedTotals({ acceptedAtMs, timeoutAtMs, totalTasks }: Acceptance): RequestTotals {
  return {
    phase: 'closed',
    status: 'FAILED',
    ...untriedCounts(totalTasks),
    acceptedAtMs,
    timeoutAtMs,
    updatedAtMs: acceptedAtMs,
  };
}
