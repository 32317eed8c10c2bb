import { ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import type { RequestSummary } from '../../domain/prewarm.ts';
import { dropFleetLease } from './activities.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { publish } from './publish.ts';
import { summaryOf } from './summary-of.ts';

/**
 * Ends a request: settles the grid, gives the lease back, leaves the totals where readers find them.
 *
 * @returns the summary of a request that ended by itself or by its deadline.
 * @throws ApplicationFailure with the summary as its detail, when the request could not run.
 * @throws CancelledFailure when it was cancelled.
 */
export async function closeRequest(run: PrewarmRun): Promise<RequestSummary> {
  run.enterPhase('closing');
  if (run.leasedInstances > 0 || run.instanceCount > 0) await giveLeaseBack(run);
  run.close();
  publish(run);

  const { failure, isCancelled, stopReason = 'cancelled' } = run;
  if (isCancelled) throw new CancelledFailure(stopReason);
  const summary = summaryOf(run);
  if (failure !== undefined) {
    throw ApplicationFailure.nonRetryable(stopReason, failure, summary);
  }
  return summary;
}

/** A lease that can't be dropped here is dropped by the fleet itself, within two minutes. */
async function giveLeaseBack(run: PrewarmRun): Promise<void> {
  try {
    await dropFleetLease.executeWithOptions(
      { summary: 'share: 0 instances', scheduleToCloseTimeout: '10 seconds' },
      [run.requestId],
    );
  } catch (error) {
    run.warn(
      `The fleet lease was not given back and lapses by itself: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
