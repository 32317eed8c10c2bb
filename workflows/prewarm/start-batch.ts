import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  TimeoutFailure,
  log,
} from '@temporalio/workflow';
import { isBatchHeartbeat } from '../../domain/batch-heartbeat.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import { heartbeatIntervalMs, heartbeatTimeoutMs } from '../../domain/fill-window.ts';
import { fetchBatch } from './activities.ts';
import type { FillState } from './fill-state.ts';
import type { PrewarmRun } from './prewarm-run.ts';

/** A batch in flight. */
export type RunningBatch = {
  /** One large object: waited for where small batches are cancelled. */
  readonly isLarge: boolean;
  /** Asks the batch to return what it has; it does within a second or so. */
  readonly cancel: () => void;
};

/** Time that a batch may outlive the request's deadline, to return what it finished. */
const MARGIN_MS = 60_000;

/**
 * Starts a batch as an activity that runs once, and merges whatever comes back into the fill: its
 * result, or a dead worker's last heartbeat. Cells without outcome go back to the plan.
 *
 * @param onSettled called when the batch has been merged, however it ended.
 */
export function startBatch(
  run: PrewarmRun,
  planned: PlannedBatch,
  onSettled: () => void,
): RunningBatch {
  const fill = run.startedFill();
  const scope = new CancellationScope();
  const intervalMs = heartbeatIntervalMs(run.windowBatches());
  const activityId = fill.launch(planned);

  const settled = scope.run(async () => {
    try {
      const result = await fetchBatch.executeWithOptions(
        {
          activityId,
          summary: fill.summaryOf(planned),
          heartbeatTimeout: heartbeatTimeoutMs(intervalMs, planned.isLarge),
          startToCloseTimeout: Math.max(0, run.timeoutAtMs - Date.now()) + MARGIN_MS,
          priority: {
            fairnessKey: run.requestId,
            fairnessWeight: Math.min(1_000, Math.max(1, run.instanceCount)),
          },
        },
        [fill.batchInput(planned, { requestId: run.requestId, intervalMs })],
      );
      fill.mergeResult(activityId, result);
      run.noteResult();
    } catch (error) {
      mergeFailure(fill, activityId, error);
    }
  });
  void settled.finally(() => {
    onSettled();
    run.changed();
  });
  return { isLarge: planned.isLarge, cancel: () => scope.cancel() };
}

function mergeFailure(fill: FillState, activityId: string, error: unknown): void {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof CancelledFailure) {
    fill.giveBack(activityId);
  } else {
    const details = cause instanceof TimeoutFailure ? cause.lastHeartbeatDetails : undefined;
    log.warn('batch lost', { activityId, reason: cause?.message ?? error.message });
    fill.mergeLoss(activityId, isBatchHeartbeat(details) ? details : undefined);
  }
}
