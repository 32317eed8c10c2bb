import { condition, isCancellation, log } from '@temporalio/workflow';
import { messageOfFailure } from '../failure-message.ts';
import { findClosedRequests } from './activities.ts';
import type { FleetKeeper } from './fleet-keeper.ts';

const CHECK_INTERVAL_MS = 60_000;

/**
 * Drops the leases of requests that are closed but never said so: terminated ones, for instance.
 *
 * So no request can leak instances for longer than a minute. Returns when the run has to roll over.
 */
export async function dropClosedRequests(
  keeper: FleetKeeper,
  intervalMs = CHECK_INTERVAL_MS,
): Promise<void> {
  const { state } = keeper;
  while (!keeper.isRollingOver) {
    await condition(() => state.leases.length > 0 || keeper.isRollingOver);
    await condition(() => keeper.isRollingOver, intervalMs);
    if (keeper.isRollingOver || state.leases.length === 0) continue;
    for (const requestId of await findClosed(keeper)) state.dropLease(requestId, Date.now());
    keeper.isRollingOver ||= keeper.isFull;
  }
}

async function findClosed(keeper: FleetKeeper): Promise<readonly string[]> {
  try {
    return await findClosedRequests(keeper.state.leases.map((lease) => lease.requestId));
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The leases stand: instances too many for a minute are better than a request without any.
    log.warn('Leased requests could not be looked up', { reason: messageOfFailure(error) });
    return [];
  }
}
