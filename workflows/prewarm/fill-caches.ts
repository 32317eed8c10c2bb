import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import { isHistoryFull } from '../../domain/fill-window.ts';
import { startBatch } from './start-batch.ts';
import type { RunningBatch } from './start-batch.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { publish } from './publish.ts';

/**
 * Inputs of the batches that one workflow task starts, as JSON: its completion is one gRPC message,
 * and the server takes 4 MiB of those.
 */
const LAUNCH_BYTES = 1_048_576;

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
    const isCut = mayLaunch() && launchBatches(run, running);
    if (running.size === 0) break;
    await (isCut ? nextWorkflowTask() : run.nextChange());
    publish(run);
    const hasMore = fill.plan.remainingTasks() > 0;
    if (hasMore && mayLaunch() && isHistoryFull(workflowInfo(), run.windowBatches())) {
      run.isHistoryFull = true;
      for (const batch of running) if (!batch.isLarge) batch.cancel();
    }
  }
}

/** Fills the window; returns whether more has to wait for the next workflow task. */
function launchBatches(run: PrewarmRun, running: Set<RunningBatch>): boolean {
  const fill = run.startedFill();
  const window = run.windowBatches();
  let launchedBytes = 0;
  while (running.size < window) {
    if (launchedBytes >= LAUNCH_BYTES) return true;
    const batch = fill.next({ window, freeSlots: run.fleetSlots() - running.size });
    if (batch === undefined) break;
    launchedBytes += batch.inputBytes + fill.sharedInputBytes;
    const started = startBatch(run, batch, () => running.delete(started));
    running.add(started);
  }
  return false;
}

/** The shortest timer there is: it completes this workflow task and brings another one. */
function nextWorkflowTask(): Promise<void> {
  return CancellationScope.nonCancellable(() => sleep(1, { summary: 'more batches' }));
}
