import type {
  FleetChange,
  FleetLease,
  FleetLimits,
  GroupObservation,
  HeldLease,
} from '../../domain/fleet.ts';
import { leasedInstances } from '../../domain/fleet.ts';

/** What of the fleet's state travels through continue-as-new. */
export type CarriedFleet = {
  readonly leases: readonly HeldLease[];
  readonly override?: number;
  /** Whether the group's size is this workflow's doing and so has to be taken back. */
  readonly isManaging: boolean;
  readonly idleSinceMs?: number;
  readonly lastChangeAtMs: number;
  readonly observation?: GroupObservation;
  readonly awsError?: string;
  readonly clamp?: string;
};

/** Leases beyond this are refused, so that the state fits a payload; their requests share what is there. */
export const MAX_LEASES = 5_000;

/**
 * Who holds how much of the fleet, and what size follows from it. Pure but for what it is told.
 *
 * Every change raises `revision`, so that a caller can wait until the loop has acted on its own.
 */
export class FleetState {
  readonly #leaseByRequest: Map<string, HeldLease>;
  #limits: FleetLimits;
  #override: number | undefined;
  #isManaging: boolean;
  #idleSinceMs: number | undefined;
  revision = 0;

  constructor(limits: FleetLimits, carried?: CarriedFleet) {
    const leases = carried?.leases ?? [];
    this.#leaseByRequest = new Map(leases.map((lease) => [lease.requestId, lease]));
    this.#limits = limits;
    this.#override = carried?.override;
    this.#isManaging = carried?.isManaging ?? false;
    this.#idleSinceMs = carried?.idleSinceMs;
  }

  get limits(): FleetLimits {
    return this.#limits;
  }

  set limits(limits: FleetLimits) {
    this.#limits = limits;
  }

  get override(): number | undefined {
    return this.#override;
  }

  get isManaging(): boolean {
    return this.#isManaging;
  }

  get idleSinceMs(): number | undefined {
    return this.#idleSinceMs;
  }

  get leases(): HeldLease[] {
    return [...this.#leaseByRequest.values()];
  }

  /** Instances that leases ask for together. */
  get leased(): number {
    return leasedInstances(this.leases);
  }

  /** Records or drops a lease. @returns whether anything changed. */
  setLease(lease: FleetLease, nowMs: number): boolean {
    const { requestId, instances } = lease;
    if (instances <= 0) return this.dropLease(requestId, nowMs);
    const held = this.#leaseByRequest.get(requestId);
    if (held?.instances === instances) return false;
    if (held === undefined && this.#leaseByRequest.size >= MAX_LEASES) return false;
    this.#leaseByRequest.set(requestId, { requestId, instances, sinceMs: held?.sinceMs ?? nowMs });
    this.#isManaging = true;
    this.#idleSinceMs = undefined;
    this.revision += 1;
    return true;
  }

  /** Drops a lease; the last one starts the idle grace. @returns whether anything changed. */
  dropLease(requestId: string, nowMs: number): boolean {
    if (!this.#leaseByRequest.delete(requestId)) return false;
    if (this.#leaseByRequest.size === 0) this.#idleSinceMs = nowMs;
    this.revision += 1;
    return true;
  }

  /** Takes a caller's change: a share, or an override of the whole group. */
  change(change: FleetChange, nowMs: number): void {
    if (change.requestId !== undefined) {
      this.setLease({ requestId: change.requestId, instances: change.instances }, nowMs);
    } else {
      this.#override = change.instances;
      this.#isManaging = true;
      // An override set while nobody holds a lease stays until the fleet is next idle.
      this.#idleSinceMs = undefined;
    }
    this.revision += 1;
  }

  /** When the idle grace ends; undefined while it does not run. */
  get idleUntilMs(): number | undefined {
    if (this.#idleSinceMs === undefined) return undefined;
    return this.#idleSinceMs + this.#limits.idleSeconds * 1_000;
  }

  /** The size the group should have, before any clamp; undefined leaves it as it is. */
  wantedSize(nowMs: number): number | undefined {
    if (this.#isIdleAt(nowMs)) return 0;
    if (this.#override !== undefined) return this.#override;
    // During the grace the last size stays, so that a request right behind finds instances.
    return this.#leaseByRequest.size === 0 ? undefined : this.leased;
  }

  /** Notes that the wanted size was told to the group: after the idle size there is nothing left to take back. */
  noteApplied(nowMs: number): void {
    const isReleased = this.#override === 0 && this.#leaseByRequest.size === 0;
    if (!this.#isIdleAt(nowMs) && !isReleased) return;
    this.#override = undefined;
    this.#idleSinceMs = undefined;
    this.#isManaging = false;
  }

  #isIdleAt(nowMs: number): boolean {
    const untilMs = this.idleUntilMs;
    return untilMs !== undefined && nowMs >= untilMs;
  }
}
