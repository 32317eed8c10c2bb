import { Context } from '@temporalio/activity';
import type { BatchRunner } from './fetch-batch/batch-runner.ts';
import type { FetchActivities } from './index.ts';

/**
 * The activity `fetchBatch`: fetches every task of a batch through its POP.
 *
 * An answer of the edge is a result, never a failure; so is a cancellation, which returns what was
 * finished within a second. Heartbeats from a timer, also while one large object is all there is.
 * Safe to repeat: fetching a warm object again is a Hit.
 */
export function createFetchBatchActivity(batches: BatchRunner): FetchActivities['fetchBatch'] {
  return async (input) => {
    const context = Context.current();
    return batches.run({
      input,
      cancel: context.cancellationSignal,
      onHeartbeat: (heartbeat) => context.heartbeat(heartbeat),
    });
  };
}
