import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { FetchActivities } from '../../../activities/index.ts';
import type { BatchInput, BatchResult } from '../../../domain/batch.ts';
import { FETCH_TASK_QUEUE } from '../../../domain/ids.ts';

const { fetchBatch } = proxyActivities<FetchActivities>({
  taskQueue: FETCH_TASK_QUEUE,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
});

/** Runs one batch, as the workflow `prewarm` does many times. */
export async function oneBatch(input: BatchInput): Promise<BatchResult> {
  return fetchBatch(input);
}
