import { workflowInfo } from '@temporalio/workflow';
import type { FleetStatus, GroupObservation } from '../../domain/fleet.ts';
import type { FleetInput } from '../fleet-messages.ts';
import { FleetState, type CarriedFleet } from './fleet-state.ts';

/** Messages after which a run rolls over: the server takes 2,000 updates and 10,000 signals a run. */
const MOST_MESSAGES = 1_000;
/** Events after which a run rolls over, though a replay of as many takes a second. */
const MOST_EVENTS = 4_096;

/** Between two rounds of calls to AWS, however many ask for changes meanwhile. */
const ROUND_INTERVAL_MS = 1_000;
const CONVERGING_INTERVAL_MS = 2_000;
const SLOW_CONVERGING_INTERVAL_MS = 15_000;
const SETTLED_INTERVAL_MS = 30_000;
const UNUSED_INTERVAL_MS = 5 * 60_000;
const LONGEST_ERROR_INTERVAL_MS = 60_000;
/** Instances that are not there after this long are no longer waited for closely. */
const CONVERGING_TIME_MS = 5 * 60_000;

/** Everything that one run of the workflow `fleet` knows: the leases, and what AWS said. */
export class FleetKeeper {
  readonly groupName: string | undefined;
  readonly state: FleetState;
  /** Revision of the state that AWS was told of, or refused. */
  appliedRevision = -1;
  /** Set once the run only waits for its handlers to finish. */
  isRollingOver = false;
  messages = 0;
  #observation: GroupObservation | undefined;
  #awsError: string | undefined;
  #errorsInARow = 0;
  #clamp: string | undefined;
  #lastChangeAtMs: number;
  #lastRoundAtMs: number;

  constructor(input: FleetInput) {
    const { carried } = input;
    this.groupName = input.groupName;
    this.state = new FleetState(input.limits, carried);
    this.#observation = carried?.observation;
    this.#awsError = carried?.awsError;
    this.#clamp = carried?.clamp;
    this.#lastChangeAtMs = carried?.lastChangeAtMs ?? 0;
    this.#lastRoundAtMs = this.#lastChangeAtMs;
  }

  /** Whether this run's history or messages near a limit of the server. */
  get isFull(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength >= MOST_EVENTS || this.messages >= MOST_MESSAGES;
  }

  /** Notes that AWS is about to be called. */
  noteRound(nowMs: number): void {
    this.#lastRoundAtMs = nowMs;
  }

  /** Notes what the group looks like. */
  noteObservation(observation: GroupObservation): void {
    this.#observation = observation;
  }

  /** Notes that the group was told a new size. */
  noteChange(desired: number, nowMs: number): void {
    this.#lastChangeAtMs = nowMs;
    // A call that took long must not bring the next change nearer than a round's interval.
    this.#lastRoundAtMs = nowMs;
    if (this.#observation !== undefined) this.#observation = { ...this.#observation, desired };
  }

  /** Notes that AWS did all it was asked; `clamp` where that is not what callers asked. */
  noteSuccess(clamp: string | undefined): void {
    this.#awsError = undefined;
    this.#errorsInARow = 0;
    this.#clamp = clamp;
  }

  /** Notes a refusal of AWS, in its words. */
  noteError(message: string): void {
    this.#awsError = message;
    this.#errorsInARow += 1;
  }

  /** How long until AWS may be called again. */
  restMs(nowMs: number): number {
    return Math.max(0, this.#lastRoundAtMs + ROUND_INTERVAL_MS - nowMs);
  }

  /** How long until the group has to be looked at again, if nobody asks for a change before. */
  waitMs(nowMs: number): number {
    const { idleUntilMs } = this.state;
    const regularMs = this.#regularWaitMs(nowMs);
    if (idleUntilMs === undefined || this.#errorsInARow > 0) return regularMs;
    return Math.min(regularMs, Math.max(ROUND_INTERVAL_MS, idleUntilMs - nowMs));
  }

  #regularWaitMs(nowMs: number): number {
    if (this.#errorsInARow > 0) {
      const backoffMs = CONVERGING_INTERVAL_MS * 2 ** Math.min(this.#errorsInARow, 10);
      return Math.min(LONGEST_ERROR_INTERVAL_MS, backoffMs);
    }
    if (this.#observation?.desired !== this.#observation?.inService) {
      const isNew = nowMs - this.#lastChangeAtMs < CONVERGING_TIME_MS;
      return isNew ? CONVERGING_INTERVAL_MS : SLOW_CONVERGING_INTERVAL_MS;
    }
    return this.state.isManaging ? SETTLED_INTERVAL_MS : UNUSED_INTERVAL_MS;
  }

  /** What the query `fleetStatus` answers. */
  status(nowMs: number): FleetStatus {
    const { leases, leased, override } = this.state;
    if (this.groupName === undefined) return { desired: leased, leases, observedAtMs: nowMs };
    const seen = this.#observation;
    return {
      groupName: this.groupName,
      leases,
      ...(override === undefined ? {} : { override }),
      ...(this.#awsError === undefined ? {} : { awsError: this.#awsError }),
      ...(this.#clamp === undefined ? {} : { clamp: this.#clamp }),
      ...(seen ?? { desired: override ?? leased, observedAtMs: nowMs }),
    };
  }

  /** What the next run starts with. */
  carry(): CarriedFleet {
    const { leases, override, isManaging, idleSinceMs } = this.state;
    return {
      leases,
      isManaging,
      lastChangeAtMs: this.#lastChangeAtMs,
      ...(override === undefined ? {} : { override }),
      ...(idleSinceMs === undefined ? {} : { idleSinceMs }),
      ...(this.#observation === undefined ? {} : { observation: this.#observation }),
      ...(this.#awsError === undefined ? {} : { awsError: this.#awsError }),
      ...(this.#clamp === undefined ? {} : { clamp: this.#clamp }),
    };
  }
}
