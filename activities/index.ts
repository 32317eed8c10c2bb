/** The types of all activities: what workflows call and what test fakes implement. */

import type { BatchInput, BatchResult } from '../domain/batch.ts';
import type { FleetLease, GroupObservation } from '../domain/fleet.ts';
import type { PopTarget, ResolvedTargets } from '../domain/prewarm.ts';

export type { FleetLease } from '../domain/fleet.ts';

/** Activities of the task queue `prewarm-fetch`. */
export type FetchActivities = {
  /** Fetches the tasks of a batch through their POPs; returns what it finished, also when cancelled. */
  readonly fetchBatch: (input: BatchInput) => Promise<BatchResult>;
};

/** Input of `resolveTargets`. */
export type ResolveTargetsInput = {
  /** The distinct hosts of the request's URLs, lower case. */
  readonly requestHosts: readonly string[];
  readonly cfDomain?: string;
  readonly pops: readonly PopTarget[];
  /** Whether the paths will be invalidated, which needs the distribution's id. @default false */
  readonly needInvalidate?: boolean;
};

/** Input of `invalidateLot`: at most 3,000 paths of one distribution. */
export type InvalidateLotInput = {
  readonly requestId: string;
  readonly distributionId: string;
  /** Number of the lot within the request and distribution, from 0. */
  readonly lot: number;
  readonly paths: readonly string[];
};

/** Input of `observeFleet`. */
export type ObserveFleetInput = FleetLease & {
  /** What the last observation said, where no fetch worker served the queue then. */
  readonly unservedSinceMs?: number;
};

/** What a request may count on now. */
export type FleetObservation = {
  /** Fetch workers that serve the queue (a fixed fleet), or the request's share of the group. */
  readonly instances: number;
  /** Batches that one of them runs at once. */
  readonly slots: number;
  readonly warnings: readonly string[];
  /** Since when no fetch worker has been seen; absent while one serves the queue. */
  readonly unservedSinceMs?: number;
  /** Said once that has lasted for 30 s: that no fetch worker serves the queue, and why. */
  readonly unservedWarning?: string;
};

/** Activities of the task queue `prewarm-control` that the workflow `prewarm` calls. */
export type PrewarmControlActivities = {
  /** Finds the distribution of each host and the POPs that exist. Idempotent. */
  readonly resolveTargets: (input: ResolveTargetsInput) => Promise<ResolvedTargets>;
  /** Invalidates a lot and waits for `Completed`. Idempotent by its CallerReference. */
  readonly invalidateLot: (input: InvalidateLotInput) => Promise<void>;
  /** Records the request's share with the fleet. Idempotent. */
  readonly setFleetLease: (lease: FleetLease) => Promise<void>;
  /** Gives the request's share back. Idempotent. */
  readonly dropFleetLease: (requestId: string) => Promise<void>;
  /** Says how many fetch workers the request may count on. */
  readonly observeFleet: (input: ObserveFleetInput) => Promise<FleetObservation>;
};

/** A new size for the Auto Scaling group. */
export type DesiredCapacity = { readonly groupName: string; readonly desired: number };

/** Activities of the task queue `prewarm-control` that the workflow `fleet` calls. */
export type FleetControlActivities = {
  /** Reads the group's size, bounds, instances in service and last failed scaling activity. */
  readonly describeGroup: (groupName: string) => Promise<GroupObservation>;
  /** Sets the group's desired capacity within its bounds. Idempotent. */
  readonly setDesiredCapacity: (input: DesiredCapacity) => Promise<void>;
  /** Of these requests, those that are closed or unknown to Temporal. */
  readonly findClosedRequests: (requestIds: readonly string[]) => Promise<readonly string[]>;
};

/** All activities of the task queue `prewarm-control`. */
export type ControlActivities = PrewarmControlActivities & FleetControlActivities;
