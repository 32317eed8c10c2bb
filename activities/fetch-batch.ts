import { Context } from '@temporalio/activity';
import type { FetchTaskRunner } from '../edge/fetch-task.ts';
import { runBatch } from './fetch-batch/run-batch.ts';
import type { FetchActivities } from './index.ts';

/** Dependencies of {@link createFetchBatchActivity}. */
export type FetchBatchDeps = {
  readonly tasks: FetchTaskRunner;
  /** Fires when the worker is to end: batches take no new tasks. */
  readonly drain: AbortSignal;
  /** How long tasks in flight may go on after that. */
  readonly drainMs: number;
};

/**
 * The activity `fetchBatch`: fetches every task of a batch through its POP.
 *
 * An answer of the edge is a result, never a failure; so is a cancellation, which returns what was
 * finished within a second. Heartbeats from a timer, also while one large object is all there is.
 * Safe to repeat: fetching a warm object again is a Hit.
 */
export function createFetchBatchActivity(deps: FetchBatchDeps): FetchActivities['fetchBatch'] {
  return async (input) => {
    const context = Context.current();
    return runBatch({
      input,
      ...deps,
      cancel: context.cancellationSignal,
      onHeartbeat: (heartbeat) => context.heartbeat(heartbeat),
    });
  };
}
