import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { PrewarmRun } from './prewarm-run.ts';

/**
 * Runs the work of a request until it ends, the deadline fires or the workflow is cancelled.
 *
 * The deadline cancels what is in flight; activities then return what they finished, so the work
 * ends by itself and its totals stay true.
 *
 * @throws CancelledFailure when the workflow was cancelled, never because of the deadline.
 */
export async function withinDeadline(run: PrewarmRun, work: () => Promise<void>): Promise<void> {
  const workScope = new CancellationScope();
  const timerScope = new CancellationScope();
  const deadline = timerScope
    .run(async () => {
      const leftMs = Math.max(1, run.timeoutAtMs - Date.now());
      await sleep(leftMs, { summary: 'deadline of the request' });
      run.noteTimeout();
      workScope.cancel();
    })
    .catch(passCancellation);
  try {
    await workScope.run(work);
  } catch (error) {
    if (!(run.isTimedOut && isCancellation(error))) throw error;
  } finally {
    timerScope.cancel();
    await deadline;
  }
}

function passCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
