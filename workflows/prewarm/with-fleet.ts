import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
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

/** Looks at the fleet every 30 s, and soon after its share has changed or its first worker came. */
async function keepShare(run: PrewarmRun): Promise<void> {
  const hasNewShare = (): boolean => run.instanceCount !== run.leasedInstances;
  for (;;) {
    if (hasNewShare()) {
      const instances = run.instanceCount;
      await setFleetLease.executeWithOptions({ summary: `share: ${instances} instances` }, [
        { requestId: run.requestId, instances },
      ]);
      run.leasedInstances = instances;
    }
    run.noteFleet(await observeFleet(questionOf(run)));
    await condition(() => hasNewShare() || run.hasUnseenWorker, '30 seconds');
    // However many batches come back: one look a second.
    if (run.hasUnseenWorker) await sleep('1 second', { summary: 'a fetch worker came' });
  }
}

function questionOf({
  requestId,
  instanceCount,
  unservedSinceMs,
}: PrewarmRun): Parameters<typeof observeFleet>[0] {
  const question = { requestId, instances: instanceCount };
  return unservedSinceMs === undefined ? question : { ...question, unservedSinceMs };
}
