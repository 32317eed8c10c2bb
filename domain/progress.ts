/** Live progress: the totals of a request with what its batches in flight have done since. */

import type { BatchHeartbeat } from './batch.ts';
import { PENDING, outcomeOfCell } from './cell.ts';
import { OUTCOMES, countsAsWarmed } from './outcome.ts';
import type { Depth } from './outcome.ts';
import type { BatchInFlight, ProgressAnswer, RequestTotals } from './prewarm.ts';
import { decodeRuns } from './run-length.ts';

/** What a batch in flight said last, under its activity's id. */
export type HeartbeatOfBatch = { readonly activityId: string; readonly heartbeat: BatchHeartbeat };

/**
 * Adds to the totals what the heartbeats of batches in flight say beyond them.
 *
 * Only batches that the answer lists count: the totals hold the others already. A task that will be
 * tried again stays in flight. A heartbeat that does not fit its batch is left out. Sizes that only
 * heartbeats know join the mean that stands for sizes not measured yet, so that all bytes are then
 * what they will be once the batches are merged.
 */
export function mergeHeartbeats(
  answer: Pick<ProgressAnswer, 'totals' | 'batchesInFlight' | 'measuredUrls'>,
  heartbeats: readonly HeartbeatOfBatch[],
  depth: Depth,
): RequestTotals {
  const byActivity = new Map(
    heartbeats.map(({ activityId, heartbeat }) => [activityId, heartbeat]),
  );
  let merged = answer.totals;
  const measured = [measuredBefore(answer)];
  for (const batch of answer.batchesInFlight) {
    const heartbeat = byActivity.get(batch.activityId);
    const ended = heartbeat && countEnded(heartbeat.letters, batch.tasks, depth);
    if (heartbeat === undefined || ended === undefined) continue;
    merged = add(merged, heartbeat, ended);
    measured.push(measuredBy(batch, heartbeat, ended));
  }
  return withBytes(merged, measured);
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
  const cells = decode(letters, tasks);
  if (cells === undefined) return undefined;
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

/** The letters of a text that another version may have written, or that is of another batch. */
function decode(text: string, maximumLetters: number): Uint8Array | undefined {
  try {
    return decodeRuns(text, maximumLetters);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Sizes that the mean is made of. */
type MeasuredSizes = { readonly sizes: number; readonly sumBytes: number };

/** Where the workflow does not tell how many it measured, its warmed tasks stand for them. */
function measuredBefore({
  totals,
  measuredUrls = totals.warmedTasks,
}: Pick<ProgressAnswer, 'totals' | 'measuredUrls'>): MeasuredSizes {
  const meanBytes = totals.totalTasks === 0 ? 0 : totals.totalBytes / totals.totalTasks;
  return { sizes: measuredUrls, sumBytes: measuredUrls * meanBytes };
}

/** The sizes of a batch's URLs that were not measured before it. */
function measuredBy(
  { tasks, measured = '' }: BatchInFlight,
  { sizes = [], warmedBytes }: BatchHeartbeat,
  { warmed }: EndedTasks,
): MeasuredSizes {
  const letters = decode(measured, tasks) ?? new Uint8Array();
  const isNew = (url: number): boolean => letters.length === 0 || letters[url] === PENDING;
  const fetchesOfUrl = letters.length === 0 ? 1 : Math.ceil(tasks / letters.length);
  // A heartbeat has no room for every size: its warmed tasks then tell their mean.
  const isCut = warmedBytes > sumOf(sizes) * fetchesOfUrl;
  if (isCut && (letters.length === 0 || letters.includes(PENDING))) {
    return { sizes: warmed, sumBytes: warmedBytes };
  }
  const added = sizes.filter(([url]) => isNew(url));
  return { sizes: added.length, sumBytes: sumOf(added) };
}

function sumOf(sizes: readonly (readonly [number, number])[]): number {
  return sizes.reduce((sum, [, bodyBytes]) => sum + bodyBytes, 0);
}

/** All bytes by the mean of the sizes measured; never less than was warmed. */
function withBytes(totals: RequestTotals, measured: readonly MeasuredSizes[]): RequestTotals {
  const sizes = measured.reduce((sum, each) => sum + each.sizes, 0);
  const sumBytes = measured.reduce((sum, each) => sum + each.sumBytes, 0);
  const isKnown = !totals.isTotalBytesEstimated || sizes === 0;
  const totalBytes = isKnown
    ? totals.totalBytes
    : Math.round((sumBytes / sizes) * totals.totalTasks);
  return { ...totals, totalBytes: Math.max(totalBytes, totals.warmedBytes) };
}
