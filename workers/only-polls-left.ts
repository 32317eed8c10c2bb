import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

/** Temporal answers the polls of a worker that ends within a round trip. */
const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 250;

/**
 * Resolves when a worker that was told to end has had nothing in flight for 3 s, and yet has not ended:
 * it waits for answers to its polls, which a Temporal that is away does not send.
 *
 * @param signal ends the watch; the promise then resolves, too.
 */
export async function untilOnlyPollsAreLeft(
  worker: Pick<Worker, 'getStatus'>,
  signal: AbortSignal,
): Promise<void> {
  let idleMs = 0;
  while (idleMs < PATIENCE_MS && !signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const { numInFlightActivities, numInFlightWorkflowActivations } = worker.getStatus();
    const isIdle = numInFlightActivities + numInFlightWorkflowActivations === 0;
    idleMs = isIdle ? idleMs + LOOK_EVERY_MS : 0;
  }
}
