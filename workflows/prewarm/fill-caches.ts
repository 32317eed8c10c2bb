import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { isHistoryFull } from '../../domain/fill-window.ts';
import { startBatch } from './start-batch.ts';
import type { RunningBatch } from './start-batch.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { publish } from './publish.ts';

/**
 * The fan-out: keeps a window of batches in flight until the plan is exhausted.
 *
 * Ends early, with every batch settled, when its scope is cancelled or the history is full; then
 * small batches are cancelled (they return within a second, their rest is planned again) and large
 * objects in flight are waited for.
 */
export async function fillCaches(run: PrewarmRun): Promise<void> {
  run.enterPhase('filling');
  publish(run);
  const fill = run.startedFill();
  const scope = CancellationScope.current();
  const running = new Set<RunningBatch>();
  const mayLaunch = (): boolean => !scope.consideredCancelled && !run.isHistoryFull;

  for (;;) {
    while (mayLaunch() && running.size < run.windowBatches()) {
      const batch = fill.next(run.windowBatches());
      if (batch === undefined) break;
      const started = startBatch(run, batch, () => running.delete(started));
      running.add(started);
    }
    if (running.size === 0) break;
    await run.nextChange();
    publish(run);
    const hasMore = fill.plan.remainingTasks() > 0;
    if (hasMore && mayLaunch() && isHistoryFull(workflowInfo(), run.windowBatches())) {
      run.isHistoryFull = true;
      for (const batch of running) if (!batch.isLarge) batch.cancel();
    }
  }
}
