/** Query, update and signals of the workflow `fleet`: all that other processes may ask or tell it. */

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type {
  FleetChange,
  FleetLease,
  FleetLimits,
  FleetReply,
  FleetStatus,
} from '../domain/fleet.ts';
import type { CarriedFleet } from './fleet/fleet-state.ts';

/**
 * Argument of the workflow `fleet`, whose id is `fleetWorkflowId(groupName ?? FIXED_FLEET_GROUP)`.
 *
 * Whoever starts it leaves `carried` out: it holds the state over continue-as-new.
 */
export type FleetInput = {
  /** Absent for a fixed fleet. */
  readonly groupName?: string;
  readonly limits: FleetLimits;
  /** Between two looks at whether leased requests still run. @default 60000 */
  readonly checkIntervalMs?: number;
  readonly carried?: CarriedFleet;
};

/** A lease to record, with the limits of the process that sends it: the newest limits count. */
export type LeaseNotice = { readonly lease: FleetLease; readonly limits: FleetLimits };

/** A caller's change, with the limits of the process that sends it. */
export type ChangeNotice = { readonly change: FleetChange; readonly limits: FleetLimits };

/** Desired and observed size, leases, and what AWS said last. Costs no history. */
export const fleetStatusQuery = defineQuery<FleetStatus>('fleetStatus');

/**
 * Changes a request's share, or the size of the whole group, and waits up to 5 s until AWS was told.
 *
 * Ten may wait at a time (a limit of the server); the client tries again by itself beyond that.
 */
export const changeFleetUpdate = defineUpdate<FleetReply, [ChangeNotice]>('changeFleet');

/** Records a request's lease; 0 instances drops it. Send it with the workflow's start. */
export const setLeaseSignal = defineSignal<[LeaseNotice]>('setLease');

/** Drops a request's lease. */
export const dropLeaseSignal = defineSignal<[string]>('dropLease');
