/** Workflows of the api's tests: they answer as the real ones do and end when they are told. */

import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { BatchHeartbeat } from '../../../domain/batch.ts';
import { FETCH_TASK_QUEUE } from '../../../domain/ids.ts';
import type { BatchInFlight, PrewarmInput, RequestSummary } from '../../../domain/prewarm.ts';
import {
  progressQuery,
  resultsQuery,
  setInstanceCountSignal,
  stopSignal,
  summaryQuery,
} from '../../../workflows/messages.ts';
import { cellsOf, stubSummary } from './stub-summary.ts';

export type StubEnding = 'complete' | 'fail' | 'roll over';

export const endSignal = defineSignal<[StubEnding]>('end');

const { fetchBatch } = proxyActivities<{
  fetchBatch: (heartbeat: BatchHeartbeat) => Promise<void>;
}>({
  taskQueue: FETCH_TASK_QUEUE,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** One batch of half the tasks is in flight while the request runs. */
export async function prewarm(input: PrewarmInput): Promise<RequestSummary> {
  const state: { ending: StubEnding | undefined; stopReason: string; instances: number } = {
    ending: undefined,
    stopReason: '',
    instances: -1,
  };
  const tasks = input.urls.length * input.pops.length;
  const batch: BatchInFlight = { activityId: '1', tasks: Math.ceil(tasks / 2) };
  const summary = () => stubSummary(input, { batch, ...state });
  setHandler(endSignal, (ending) => void (state.ending = ending));
  setHandler(stopSignal, ({ reason }) => void (state.stopReason = reason));
  setHandler(setInstanceCountSignal, (instances) => void (state.instances = instances));
  setHandler(summaryQuery, summary);
  setHandler(progressQuery, () => ({
    totals: summary().totals,
    depth: input.depth,
    batchesInFlight: summary().totals.phase === 'closed' ? [] : [batch],
    warnings: input.warnings,
  }));
  setHandler(resultsQuery, ({ fromRow, rows }) => ({
    fromRow,
    totalRows: input.urls.length,
    rows: input.urls.slice(fromRow, fromRow + Math.min(rows, 2)).map((url) => ({ url })),
    pops: input.pops.map(({ id }) => id),
    cells: cellsOf(summary()).slice(
      fromRow * input.pops.length,
      (fromRow + Math.min(rows, 2)) * input.pops.length,
    ),
    samples: [],
  }));

  const letters = `w${'.'.repeat(batch.tasks - 1)}`;
  const fetching = fetchBatch({ letters, warmedBytes: 100, bytesFetched: 200, fetches: 2 });
  fetching.catch(() => undefined);
  try {
    await condition(() => state.ending !== undefined);
  } catch (error) {
    if (isCancellation(error)) state.stopReason ||= 'cancelled: somebody cancelled the workflow';
    throw error;
  }
  if (state.ending === 'roll over') return continueAsNew<typeof prewarm>(input);
  if (state.ending === 'complete') return summary();
  throw ApplicationFailure.nonRetryable('None of the POPs resolves', 'NoPopResolves', summary());
}
