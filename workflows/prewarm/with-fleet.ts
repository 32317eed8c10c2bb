import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { observeFleet, setFleetLease } from './activities.ts';
import type { PrewarmRun } from './prewarm-run.ts';

/**
 * Does work while a loop beside it holds the request's share of the fleet and watches how many
 * workers it may count on. The share is asked for at once, so that instances boot meanwhile.
 */
export async function withFleet(run: PrewarmRun, work: () => Promise<void>): Promise<void> {
  const scope = new CancellationScope();
  const keeping = scope.run(() => keepShare(run));
  const kept = keeping.catch((error: unknown) => {
    if (!isCancellation(error)) run.warn(`The fleet could not be watched: ${String(error)}`);
  });
  try {
    await work();
  } finally {
    scope.cancel();
    await kept;
  }
}

async function keepShare(run: PrewarmRun): Promise<void> {
  for (;;) {
    if (run.instanceCount !== run.leasedInstances) {
      const instances = run.instanceCount;
      await setFleetLease.executeWithOptions({ summary: `share: ${instances} instances` }, [
        { requestId: run.requestId, instances },
      ]);
      run.leasedInstances = instances;
    }
    run.noteFleet(await observeFleet({ requestId: run.requestId, instances: run.instanceCount }));
    await condition(() => run.instanceCount !== run.leasedInstances, '30 seconds');
  }
}
