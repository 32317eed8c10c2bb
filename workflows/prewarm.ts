import {
  CancellationScope,
  allHandlersFinished,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  workflowInfo,
} from '@temporalio/workflow';
import type { PrewarmInput, RequestSummary } from '../domain/prewarm.ts';
import { answerMessages } from './prewarm/answer-messages.ts';
import { closeRequest } from './prewarm/close-request.ts';
import { fillCaches } from './prewarm/fill-caches.ts';
import { invalidate } from './prewarm/invalidate.ts';
import { PrewarmRun } from './prewarm/prewarm-run.ts';
import type { CarriedRun } from './prewarm/prewarm-run.ts';
import { publish } from './prewarm/publish.ts';
import { resolve } from './prewarm/resolve.ts';
import { withFleet } from './prewarm/with-fleet.ts';
import { withinDeadline } from './prewarm/within-deadline.ts';

/**
 * One prewarm request: resolve, invalidate, fill, close, under one deadline.
 *
 * The workflow id is the request id. The whole truth of the request is the run's task grid; what
 * does not fit a letter is kept as samples. History is bounded: the fill continues as new at about
 * 4,096 events or 4 MiB (more with a wide window, at most 20,000 and 20 MiB), with `carried` holding
 * the grid.
 *
 * @returns the summary, when the request ran to its end (`FINISHED`) or to its deadline (`TIMEOUT`).
 * @throws ApplicationFailure with the summary as its detail, when the request could not run.
 * @throws CancelledFailure after a cancel; readers then ask the queries.
 */
export async function prewarm(input: PrewarmInput, carried?: CarriedRun): Promise<RequestSummary> {
  const run = new PrewarmRun(workflowInfo().workflowId, input, carried);
  answerMessages(run);
  publish(run);

  try {
    await withinDeadline(run, () =>
      withFleet(run, async () => {
        await resolve(run);
        await invalidate(run);
        await fillCaches(run);
      }),
    );
  } catch (error) {
    if (isCancellation(error)) run.noteCancelled();
    else run.noteFailure(error);
  }
  // The fill ends without an error when it is cancelled: its batches return what they finished.
  if (CancellationScope.current().consideredCancelled) run.noteCancelled();

  if (run.isHistoryFull && !run.isStopped) {
    await condition(allHandlersFinished);
    return makeContinueAsNewFunc<typeof prewarm>()(input, run.carry());
  }
  return CancellationScope.nonCancellable(() => closeRequest(run));
}
