import { ActivityFailure, ApplicationFailure, TemporalFailure } from '@temporalio/workflow';
import type { FleetObservation } from '../../activities/index.ts';
import { windowBatches } from '../../domain/fill-window.ts';
import { hostOfUrl } from '../../domain/host-of-url.ts';
import type {
  InvalidationSummary,
  Phase,
  PrewarmInput,
  RequestStatus,
  ResolvedDistribution,
  ResolvedTargets,
} from '../../domain/prewarm.ts';
import { FillState } from './fill-state.ts';
import type { CarriedFill } from './fill-state.ts';
import { slowedPopsWarning } from './slowed-pops-warning.ts';

/** What a run hands to the next one when it continues as new. */
export type CarriedRun = {
  readonly targets: ResolvedTargets;
  readonly invalidation?: InvalidationSummary;
  readonly fill: CarriedFill;
  readonly instanceCount: number;
  readonly leasedInstances: number;
  readonly fleet?: FleetObservation;
  readonly warnings: readonly string[];
};

const MAXIMUM_WARNINGS = 50;
const MAXIMUM_DOMAINS = 20;

/** The state of one prewarm request: what its phases change and its queries read. */
export class PrewarmRun {
  readonly requestId: string;
  readonly input: PrewarmInput;
  phase: Phase = 'resolving';
  targets: ResolvedTargets | undefined;
  fill: FillState | undefined;
  invalidation: InvalidationSummary | undefined;
  /** The share asked for, and the share that the fleet has recorded. */
  instanceCount: number;
  leasedInstances = 0;
  isTimedOut = false;
  isCancelled = false;
  isHistoryFull = false;
  /** Failure type of a request that could not run. */
  failure: string | undefined;
  stopReason: string | undefined;
  /** What was last written to the search attributes. */
  published = '';
  readonly #warnings: Set<string>;
  #fleet: FleetObservation | undefined;
  /** Whether a batch came back since the fleet was last looked at. */
  #hasNewResult = false;
  #wake: () => void = () => undefined;

  constructor(requestId: string, input: PrewarmInput, carried?: CarriedRun) {
    this.requestId = requestId;
    this.input = input;
    this.instanceCount = carried?.instanceCount ?? input.instanceCount;
    this.#warnings = new Set(carried?.warnings ?? input.warnings);
    if (carried === undefined) return;
    this.leasedInstances = carried.leasedInstances;
    this.#fleet = carried.fleet;
    this.invalidation = carried.invalidation;
    this.targets = carried.targets;
    this.fill = new FillState(input, carried.targets, carried.fill);
  }

  get timeoutAtMs(): number {
    return this.input.acceptedAtMs + this.input.timeoutMs;
  }

  /** Whether the request ends with this run. */
  get isStopped(): boolean {
    return this.isTimedOut || this.isCancelled || this.failure !== undefined;
  }

  get status(): RequestStatus {
    if (this.phase !== 'closed') return 'IN_PROGRESS';
    if (this.isCancelled || this.failure !== undefined) return 'FAILED';
    return this.isTimedOut ? 'TIMEOUT' : 'FINISHED';
  }

  get warnings(): readonly string[] {
    const { warnings = [], unservedWarning } = this.#fleet ?? {};
    const always = [...this.#warnings, ...warnings];
    // A request that ran to its end was served since, by its workers and by its POPs.
    if (this.status === 'FINISHED') return always;
    const slowedWarning = slowedPopsWarning(this.fill?.slowedPops ?? new Set());
    return [...always, unservedWarning, slowedWarning].filter((each) => each !== undefined);
  }

  enterPhase(phase: Phase): void {
    this.phase = phase;
    this.changed();
  }

  adoptTargets(targets: ResolvedTargets): void {
    this.targets = targets;
    for (const warning of targets.warnings) this.warn(warning);
    this.fill = new FillState(this.input, targets);
  }

  /** The fill's state. @throws Error before the targets are resolved: a mistake in the story. */
  startedFill(): FillState {
    if (this.fill === undefined) throw new Error('The fill begins after resolve');
    return this.fill;
  }

  distributionOfHost(host: string): ResolvedDistribution | undefined {
    const found = this.targets?.hosts[host];
    if (found === undefined || 'refusal' in found) return undefined;
    return this.targets?.distributions[found.distribution];
  }

  /** URLs of the request that may be fetched. */
  servedRows(): number {
    return this.input.urls.filter((url) => this.distributionOfHost(hostOfUrl(url))).length;
  }

  /** Hosts of the request and domain names of their distributions, at most 20, for searching. */
  domains(): string[] {
    const hosts = this.targets === undefined ? [] : Object.keys(this.targets.hosts);
    const names = this.targets?.distributions.map(({ domainName }) => domainName) ?? [];
    const given = this.input.cfDomain === undefined ? [] : [this.input.cfDomain];
    return [...new Set([...given, ...names, ...hosts])].slice(0, MAXIMUM_DOMAINS);
  }

  /** Batches kept in flight. */
  windowBatches(): number {
    const { instances, slots } = this.#workers();
    return windowBatches(instances, slots);
  }

  /** Batches that the workers it may count on run at once: those of one where none is known. */
  fleetSlots(): number {
    const { instances, slots } = this.#workers();
    return Math.max(1, instances) * slots;
  }

  #workers(): { readonly instances: number; readonly slots: number } {
    const { instances = 0, slots = 2 } = this.#fleet ?? {};
    return { instances: Math.max(instances, this.instanceCount), slots };
  }

  askInstances(instances: number): void {
    if (!Number.isInteger(instances) || instances < 0) {
      this.warn(`setInstanceCount: ${String(instances)} is not a whole number >= 0; ignored`);
      return;
    }
    this.instanceCount = instances;
    this.changed();
  }

  noteFleet(observation: FleetObservation): void {
    this.#fleet = observation;
    this.#hasNewResult = false;
    this.changed();
  }

  /** Since when no fetch worker has been seen, by the last look at the fleet. */
  get unservedSinceMs(): number | undefined {
    return this.#fleet?.unservedSinceMs;
  }

  /** Whether a fetch worker came that the last look at the fleet did not see. */
  get hasUnseenWorker(): boolean {
    return this.#hasNewResult && this.unservedSinceMs !== undefined;
  }

  noteResult(): void {
    this.#hasNewResult = true;
  }

  noteTimeout(): void {
    this.isTimedOut = true;
    const minutes = this.input.timeoutMs / 60_000;
    this.stopReason = `timeout: ${minutes === 1 ? '1 minute has' : `${minutes} minutes have`} passed`;
  }

  noteStop(reason: string): void {
    this.stopReason = reason.slice(0, 200);
  }

  noteCancelled(): void {
    this.isCancelled = true;
    this.stopReason ??= 'cancelled: somebody cancelled the workflow';
  }

  /** Ends the request as FAILED. @throws the error itself when it is a mistake in workflow code. */
  noteFailure(error: unknown): void {
    if (!(error instanceof TemporalFailure)) throw error;
    const cause = error instanceof ActivityFailure ? error.cause : error;
    this.failure = cause instanceof ApplicationFailure ? (cause.type ?? 'Unknown') : 'Unknown';
    this.stopReason = cause?.message ?? error.message;
  }

  warn(warning: string): void {
    if (this.#warnings.size < MAXIMUM_WARNINGS) this.#warnings.add(warning);
  }

  close(): void {
    this.fill?.grid.settlePending();
    this.enterPhase('closed');
  }

  /** Resolves at the next change of anything; callers look at the state again afterwards. */
  nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  changed(): void {
    this.#wake();
  }

  carry(): CarriedRun {
    if (this.targets === undefined) throw new Error('Continue-as-new comes after resolve');
    return {
      targets: this.targets,
      ...(this.invalidation === undefined ? {} : { invalidation: this.invalidation }),
      fill: this.startedFill().carry(),
      instanceCount: this.instanceCount,
      leasedInstances: this.leasedInstances,
      ...(this.#fleet === undefined ? {} : { fleet: this.#fleet }),
      warnings: [...this.#warnings],
    };
  }
}
