import type { FleetLease, FleetStatus } from '../domain/fleet.ts';
import { FETCH_TASK_QUEUE } from '../domain/ids.ts';
import type { FetchWorkers } from './fetch-workers.ts';
import type { FleetKeeperClient } from './fleet-lease.ts';
import type { FleetObservation, ObserveFleetInput } from './index.ts';

/** What the activity works with. */
export type ObserveFleetDeps = {
  readonly keeper: FleetKeeperClient;
  readonly countFetchWorkers: () => Promise<FetchWorkers>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** Slots of a fetch worker that was not seen yet: the default of `FETCH_SLOTS`. */
const DEFAULT_SLOTS = 2;
/** Workers need time to boot, or to start again; a request that has none for so long hears why. */
const PATIENCE_MS = 30_000;

/**
 * Creates the activity `observeFleet`: how many fetch workers a request may count on.
 *
 * Of a group these are its leased instances, so that its window is right before they have booted;
 * of a fixed fleet, or without a lease, the workers that serve the queue. A lease that the keeper
 * lost (it was terminated) is recorded again. That no worker serves the queue is said when it was
 * so for 30 s.
 */
export function createObserveFleetActivity(
  deps: ObserveFleetDeps,
): (input: ObserveFleetInput) => Promise<FleetObservation> {
  const { now = Date.now } = deps;
  return async ({ unservedSinceMs = now(), ...lease }) => {
    const [status, live] = await Promise.all([deps.keeper.status(), deps.countFetchWorkers()]);
    const held = status?.leases.find((one) => one.requestId === lease.requestId);
    if (lease.instances > 0 && held === undefined) await deps.keeper.setLease(lease);

    const slots = live.workers === 0 ? DEFAULT_SLOTS : Math.ceil(live.slots / live.workers);
    const hasShare = status?.groupName !== undefined && lease.instances > 0;
    const instances = hasShare ? shareOf(lease, status) : live.workers;
    const seen = { instances, slots, warnings: warningsOf(status) };
    if (live.workers > 0) return seen;
    if (now() - unservedSinceMs < PATIENCE_MS) return { ...seen, unservedSinceMs };
    return { ...seen, unservedSinceMs, unservedWarning: unservedWarning(status) };
  };
}

/** The lease, cut in proportion where the group could not get all that leases ask for. */
function shareOf(lease: FleetLease, status: FleetStatus): number {
  const leased = status.leases.reduce((sum, one) => sum + one.instances, 0);
  if (status.clamp === undefined || leased === 0) return lease.instances;
  return Math.max(1, Math.round((lease.instances / leased) * status.desired));
}

function warningsOf(status: FleetStatus | undefined): string[] {
  const warnings: string[] = [];
  if (status?.awsError !== undefined) {
    warnings.push(`The fleet can't be resized: ${status.awsError}.`);
  }
  if (status?.clamp !== undefined) {
    warnings.push(`The fleet has ${status.desired} instances: ${status.clamp}.`);
  }
  return warnings;
}

function unservedWarning(status: FleetStatus | undefined): string {
  const reason =
    status?.lastFailure === undefined
      ? ''
      : `; the last scaling activity of group ${status.groupName ?? ''} failed: ${status.lastFailure}`;
  return `No fetch worker serves the task queue ${FETCH_TASK_QUEUE}${reason}.`;
}
