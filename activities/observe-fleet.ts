import type { FleetLease, FleetStatus } from '../domain/fleet.ts';
import { FETCH_TASK_QUEUE } from '../domain/ids.ts';
import type { FetchWorkers } from './fetch-workers.ts';
import type { FleetKeeperClient } from './fleet-lease.ts';
import type { FleetObservation } from './index.ts';

/** What the activity works with. */
export type ObserveFleetDeps = {
  readonly keeper: FleetKeeperClient;
  readonly countFetchWorkers: () => Promise<FetchWorkers>;
};

/** Slots of a fetch worker that was not seen yet: the default of `FETCH_SLOTS`. */
const DEFAULT_SLOTS = 2;
/** Instances need time to boot; a request that still has none after this hears why. */
const PATIENCE_MS = 30_000;

/**
 * Creates the activity `observeFleet`: how many fetch workers a request may count on.
 *
 * Of a group these are its leased instances, so that its window is right before they have booted;
 * of a fixed fleet, or without a lease, the workers that serve the queue. A lease that the keeper
 * lost (it was terminated) is recorded again.
 */
export function createObserveFleetActivity(
  deps: ObserveFleetDeps,
): (lease: FleetLease) => Promise<FleetObservation> {
  return async (lease) => {
    const [status, live] = await Promise.all([deps.keeper.status(), deps.countFetchWorkers()]);
    const held = status?.leases.find((one) => one.requestId === lease.requestId);
    if (lease.instances > 0 && held === undefined) await deps.keeper.setLease(lease);

    const slots = live.workers === 0 ? DEFAULT_SLOTS : Math.ceil(live.slots / live.workers);
    const hasShare = status?.groupName !== undefined && lease.instances > 0;
    const instances = hasShare ? shareOf(lease, status) : live.workers;
    const isPatient = hasShare && Date.now() - (held?.sinceMs ?? Date.now()) < PATIENCE_MS;
    return { instances, slots, warnings: warningsOf(status, live, isPatient) };
  };
}

/** The lease, cut in proportion where the group could not get all that leases ask for. */
function shareOf(lease: FleetLease, status: FleetStatus): number {
  const leased = status.leases.reduce((sum, one) => sum + one.instances, 0);
  if (status.clamp === undefined || leased === 0) return lease.instances;
  return Math.max(1, Math.round((lease.instances / leased) * status.desired));
}

function warningsOf(
  status: FleetStatus | undefined,
  live: FetchWorkers,
  isPatient: boolean,
): string[] {
  const warnings: string[] = [];
  if (status?.awsError !== undefined) {
    warnings.push(`The fleet can't be resized: ${status.awsError}.`);
  }
  if (status?.clamp !== undefined) {
    warnings.push(`The fleet has ${status.desired} instances: ${status.clamp}.`);
  }
  if (live.workers === 0 && !isPatient) {
    const reason =
      status?.lastFailure === undefined
        ? ''
        : `; the last scaling activity of group ${status.groupName ?? ''} failed: ${status.lastFailure}`;
    warnings.push(`No fetch worker serves the task queue ${FETCH_TASK_QUEUE}${reason}.`);
  }
  return warnings;
}
