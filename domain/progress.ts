/** Live progress: the totals of a request with what its batches in flight have done since. */

import type { BatchHeartbeat } from './batch.ts';
import { PENDING, outcomeOfCell } from './cell.ts';
import { OUTCOMES, countsAsWarmed } from './outcome.ts';
import type { Depth } from './outcome.ts';
import type { ProgressAnswer, RequestTotals } from './prewarm.ts';
import { decodeRuns } from './run-length.ts';

/** What a batch in flight said last, under its activity's id. */
export type HeartbeatOfBatch = { readonly activityId: string; readonly heartbeat: BatchHeartbeat };

/**
 * Adds to the totals what the heartbeats of batches in flight say beyond them.
 *
 * Only batches that the answer lists count: the totals hold the others already. A task that will be
 * tried again stays in flight. A heartbeat that does not fit its batch is left out.
 */
export function mergeHeartbeats(
  { totals, batchesInFlight }: Pick<ProgressAnswer, 'totals' | 'batchesInFlight'>,
  heartbeats: readonly HeartbeatOfBatch[],
  depth: Depth,
): RequestTotals {
  const byActivity = new Map(
    heartbeats.map(({ activityId, heartbeat }) => [activityId, heartbeat]),
  );
  let merged = totals;
  for (const { activityId, tasks } of batchesInFlight) {
    const heartbeat = byActivity.get(activityId);
    const ended = heartbeat && countEnded(heartbeat.letters, tasks, depth);
    if (heartbeat !== undefined && ended !== undefined) merged = add(merged, heartbeat, ended);
  }
  return withBytes(merged);
}

/**
 * The contract's percentage: floor of warmed bytes by all bytes, by tasks when all sizes are 0.
 *
 * @returns 0..100; 100 only when every task is warm.
 */
export function percentageComplete(totals: RequestTotals): number {
  const { warmedTasks, totalTasks, warmedBytes, totalBytes } = totals;
  if (totalTasks === 0) return 0;
  if (warmedTasks === totalTasks) return 100;
  const share = totalBytes > 0 ? warmedBytes / totalBytes : warmedTasks / totalTasks;
  return Math.max(0, Math.min(99, Math.floor(share * 100)));
}

type EndedTasks = { readonly warmed: number; readonly failed: number };

function countEnded(letters: string, tasks: number, depth: Depth): EndedTasks | undefined {
  let cells: Uint8Array;
  try {
    cells = decodeRuns(letters, tasks);
  } catch (error) {
    // The text of another worker version, or of another batch: worth less than the totals alone.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  let warmed = 0;
  let failed = 0;
  for (const cell of cells) {
    const outcome = cell === PENDING ? undefined : outcomeOfCell(cell);
    if (outcome === undefined) continue;
    if (countsAsWarmed(outcome, depth)) warmed += 1;
    else if (!OUTCOMES[outcome].retry) failed += 1;
  }
  return { warmed, failed };
}

function add(totals: RequestTotals, heartbeat: BatchHeartbeat, ended: EndedTasks): RequestTotals {
  return {
    ...totals,
    warmedTasks: totals.warmedTasks + ended.warmed,
    failedTasks: totals.failedTasks + ended.failed,
    inFlightTasks: totals.inFlightTasks - ended.warmed - ended.failed,
    warmedBytes: totals.warmedBytes + heartbeat.warmedBytes,
    bytesFetched: totals.bytesFetched + heartbeat.bytesFetched,
    fetches: totals.fetches + heartbeat.fetches,
  };
}

/** Sizes that only heartbeats know yet: their mean stands for all, and never less than was warmed. */
function withBytes(totals: RequestTotals): RequestTotals {
  const { warmedTasks, totalTasks, warmedBytes, totalBytes } = totals;
  if (totalBytes === 0 && warmedTasks > 0) {
    const estimate = Math.round((warmedBytes / warmedTasks) * totalTasks);
    return { ...totals, totalBytes: estimate };
  }
  return { ...totals, totalBytes: Math.max(totalBytes, warmedBytes) };
}
