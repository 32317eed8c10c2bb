import { isBatchHeartbeat } from '../../domain/batch-heartbeat.ts';
import type { ProgressAnswer, RequestTotals } from '../../domain/prewarm.ts';
import { mergeHeartbeats, percentageComplete } from '../../domain/progress.ts';
import type { RequestReading } from './request-reading.ts';
import type { RequestView, SummaryView } from './request-view.ts';
import type { PendingFetch } from '../temporal/temporal-gateway.ts';

/** Batches that nobody takes for so long are worth a warning. */
const UNTAKEN_MS = 30_000;

/**
 * A running request: what its workflow has merged, and what its batches in flight said since.
 *
 * Described first, asked second: a batch that ended in between is in the answer and no longer in
 * its list of batches in flight, so that nothing counts twice.
 *
 * @param last the view before, below which no count of done work falls.
 */
export async function readLiveView(
  reading: RequestReading,
  last: RequestView | undefined,
): Promise<RequestView> {
  const { gateway, requestId, deadlineAtMs, description } = reading;
  const answer = await gateway.progress(requestId, deadlineAtMs);
  const { pendingFetches } = description;
  const totals = notBefore(liveTotals(answer, pendingFetches), last?.totals);
  return {
    totals,
    percentage: Math.max(percentageComplete(totals), last?.percentage ?? 0),
    warnings: [...answer.warnings, ...untakenWarnings(reading)],
    isEnded: false,
  };
}

/** The summary so far. Its totals lack what batches in flight have done, as its outcomes do. */
export async function readLiveSummary(reading: RequestReading): Promise<SummaryView> {
  const { gateway, requestId, deadlineAtMs } = reading;
  const summary = await gateway.summary(requestId, deadlineAtMs);
  const { totals } = summary;
  const warnings = [...summary.warnings, ...untakenWarnings(reading)];
  return { totals, percentage: percentageComplete(totals), warnings, isEnded: false, summary };
}

/** Merged totals in which only tasks that a fetch worker holds are in flight. */
function liveTotals(
  answer: ProgressAnswer,
  pendingFetches: readonly PendingFetch[],
): RequestTotals {
  const started = new Map(
    pendingFetches
      .filter(({ isStarted }) => isStarted)
      .map(({ activityId, heartbeat }) => [activityId, heartbeat]),
  );
  const heartbeats = [...started].flatMap(([activityId, heartbeat]) =>
    isBatchHeartbeat(heartbeat) ? [{ activityId, heartbeat }] : [],
  );
  const totals = mergeHeartbeats(answer, heartbeats, answer.depth);
  const untakenTasks = answer.batchesInFlight
    .filter(({ activityId }) => !started.has(activityId))
    .reduce((sum, { tasks }) => sum + tasks, 0);
  return {
    ...totals,
    inFlightTasks: totals.inFlightTasks - untakenTasks,
    pendingTasks: totals.pendingTasks + untakenTasks,
  };
}

/** A heartbeat may be missing from one reading: what was told once is told again. */
function notBefore(totals: RequestTotals, last: RequestTotals | undefined): RequestTotals {
  if (last === undefined || last.totalTasks !== totals.totalTasks) return totals;
  const warmedTasks = Math.max(totals.warmedTasks, last.warmedTasks);
  const warmedBytes = Math.max(totals.warmedBytes, last.warmedBytes);
  // What is missing had told sizes too: fewer bytes in all would make its warmed ones too large a share.
  const isMissing = totals.warmedBytes < last.warmedBytes;
  const leastBytes = isMissing ? last.totalBytes : warmedBytes;
  const failedTasks = Math.min(totals.failedTasks, totals.totalTasks - warmedTasks);
  const openTasks = totals.totalTasks - warmedTasks - failedTasks;
  const inFlightTasks = Math.min(totals.inFlightTasks, openTasks);
  return {
    ...totals,
    warmedTasks,
    warmedBytes,
    failedTasks,
    inFlightTasks,
    pendingTasks: openTasks - inFlightTasks,
    totalBytes: Math.max(totals.totalBytes, leastBytes),
    bytesFetched: Math.max(totals.bytesFetched, last.bytesFetched),
    fetches: Math.max(totals.fetches, last.fetches),
    updatedAtMs: Math.max(totals.updatedAtMs, last.updatedAtMs),
  };
}

function untakenWarnings({ description, nowMs }: RequestReading): readonly string[] {
  const { pendingFetches } = description;
  const isUntaken = ({ isStarted, scheduledAtMs }: PendingFetch): boolean =>
    !isStarted && scheduledAtMs !== undefined && nowMs - scheduledAtMs > UNTAKEN_MS;
  if (pendingFetches.length === 0 || !pendingFetches.every(isUntaken)) return [];
  const batches = pendingFetches.length;
  const which = batches === 1 ? 'the batch that waits' : `any of the ${batches} batches that wait`;
  return [
    `No fetch worker has taken ${which} for more than ${UNTAKEN_MS / 1000} s: is one running? See GET /instances`,
  ];
}
