/** The fleet of fetch workers: leases, the group's size, and the sentences said about it. Plain JSON. */

/** A request's share of the fleet, in instances; 0 holds nothing. */
export type FleetLease = { readonly requestId: string; readonly instances: number };

/** A lease as the fleet holds it. */
export type HeldLease = FleetLease & { readonly sinceMs: number };

/** Limits that the operator's settings put on the fleet. */
export type FleetLimits = {
  /** Most instances the product may ask for, whatever the group allows. */
  readonly maxInstances: number;
  /** How long the last size is kept after the last lease ended. */
  readonly idleSeconds: number;
};

/** What the Auto Scaling API said of the group. */
export type GroupObservation = {
  readonly desired: number;
  readonly minSize: number;
  readonly maxSize: number;
  /** Instances in the lifecycle state InService. */
  readonly inService: number;
  /** Status text of the last scaling activity, where that one failed. */
  readonly lastFailure?: string;
  readonly observedAtMs: number;
};

/** A caller's change: of one request's share, or without `requestId` of the whole group. */
export type FleetChange = { readonly requestId?: string; readonly instances: number };

/** Answer of the query `fleetStatus`. */
export type FleetStatus = {
  /** Absent for a fixed fleet, whose workers somebody else runs. */
  readonly groupName?: string;
  /** The group's desired capacity; of a fixed fleet, or before the first look, what leases ask for. */
  readonly desired: number;
  /** Absent for a fixed fleet and before the group was first seen. */
  readonly inService?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly leases: readonly HeldLease[];
  /** Size a caller set for the whole group; holds until the fleet is next idle. */
  readonly override?: number;
  readonly observedAtMs: number;
  /** Status text of the group's last scaling activity, where that one failed. */
  readonly lastFailure?: string;
  /** What AWS refused last, in its words, and what to do; absent while all is well. */
  readonly awsError?: string;
  /** Why the size is not the one asked for; absent where it is. */
  readonly clamp?: string;
};

/** Answer of the update `changeFleet`. */
export type FleetReply = {
  /** False when the group had not been told within 5 s; it will be. */
  readonly isApplied: boolean;
  readonly status: FleetStatus;
};

/** A size for the group, and the sentence to say where it is not the size that was wanted. */
export type ClampedSize = { readonly size: number; readonly clamp?: string };

/** Instances that all leases ask for together. */
export function leasedInstances(leases: readonly FleetLease[]): number {
  return leases.reduce((sum, lease) => sum + lease.instances, 0);
}

/** Fits a wanted size into `MAX_INSTANCES` and the group's own bounds, which are never changed. */
export function clampSize(
  wanted: number,
  limits: FleetLimits,
  bounds: { readonly minSize: number; readonly maxSize: number },
): ClampedSize {
  const most = Math.min(limits.maxInstances, bounds.maxSize);
  if (wanted > most) {
    const rule =
      bounds.maxSize <= limits.maxInstances
        ? `the group's MaxSize is ${bounds.maxSize}`
        : `MAX_INSTANCES is ${limits.maxInstances}`;
    // MinSize is the operator's promise to the group: AWS refuses a size below it.
    return { size: Math.max(most, bounds.minSize), clamp: `${wanted} were asked for, but ${rule}` };
  }
  if (wanted < bounds.minSize) {
    const clamp = `${wanted} were asked for, but the group's MinSize is ${bounds.minSize}`;
    return { size: bounds.minSize, clamp };
  }
  return { size: wanted };
}

/** The message of `POST /instances`: the group's actual size, and why it is not the one asked for. */
export function fleetChangeMessage(reply: FleetReply): string {
  const { status } = reply;
  if (status.groupName === undefined) {
    return `The fleet is fixed (AUTO_SCALING_GROUP_NAME is not set), so its workers are started by hand; shares recorded: ${status.desired}`;
  }
  if (status.awsError !== undefined) {
    return `Auto Scaling Group ${status.groupName} was not updated: ${status.awsError}`;
  }
  if (!reply.isApplied) {
    return `Auto Scaling Group ${status.groupName} will be updated; its Desired Capacity is ${status.desired} now`;
  }
  const clamp = status.clamp === undefined ? '' : ` (${status.clamp})`;
  return `Auto Scaling Group ${status.groupName} updated to Desired Capacity: ${status.desired}${clamp}`;
}
