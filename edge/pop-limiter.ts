import { performance } from 'node:perf_hooks';
import type { ConcurrencyPolicy, FetchObservation, PopConcurrency } from './concurrency-policy.ts';

/** Asks for a place to run one fetch task. */
export type SlotRequest = {
  readonly pop: string;
  readonly isLarge: boolean;
  readonly signal: AbortSignal;
};

/** A place to run one fetch task: at most one connection at a time. */
export interface Slot {
  readonly pop: string;
  /** Gives the place back; more than once does no harm. */
  release(): void;
  /**
   * Whether it may be used for one more task at once. Not when its POP has fewer places by now; nor
   * after its turn of 50 ms, where others than those of its own signal wait for the POP, or other POPs
   * wait for the process.
   */
  mayStay(isLarge: boolean): boolean;
  /** Tells what a GET showed of the slot's POP, to what decides on its concurrency. */
  note(observation: FetchObservation): void;
  /** Gives the place back while `wait` lasts, and takes another; false when `signal` fired meanwhile. */
  leaveFor(wait: () => Promise<void>, signal: AbortSignal): Promise<boolean>;
}

type Place = {
  readonly state: PopState;
  readonly isLarge: boolean;
  /** Who waits with the same signal: for one batch, and no longer than it. */
  readonly siblings: Set<Waiter>;
};

/** A place in use. */
type HeldPlace = Place & { readonly enteredAtMs: number };

type Waiter = Place & { readonly settle: (slot: Slot | undefined) => void };

type PopState = {
  readonly pop: string;
  readonly concurrency: PopConcurrency;
  running: number;
  runningLarge: number;
  readonly waiters: Waiter[];
};

/** Settings of {@link PopLimiter}. */
export type PopLimiterOptions = {
  readonly policy: ConcurrencyPolicy;
  /** Fetch tasks at once in the process, over all POPs. */
  readonly maxRunning: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
};

/**
 * How long a place may be kept from others who wait for it. To hand it over costs as much as the
 * product's own part of a small GET, so it is not done for each.
 */
const TURN_MS = 50;

/**
 * Keeps each POP at its number of fetch tasks, and the process at its number of connections.
 * Within a POP first come, first served; POPs take turns where the process is at its limit.
 */
export class PopLimiter {
  readonly #policy: ConcurrencyPolicy;
  readonly #maxRunning: number;
  readonly #now: () => number;
  readonly #states = new Map<string, PopState>();
  readonly #waitersBySignal = new WeakMap<AbortSignal, Set<Waiter>>();
  /** POPs with waiters, the one that waits longest for its turn first. */
  readonly #waiting = new Set<PopState>();
  #running = 0;

  constructor({ policy, maxRunning, now = () => performance.now() }: PopLimiterOptions) {
    this.#policy = policy;
    this.#maxRunning = maxRunning;
    this.#now = now;
  }

  /** Fetch tasks that hold a place. */
  get running(): number {
    return this.#running;
  }

  /** Waits for a place; undefined when `signal` fired first. */
  acquire({ pop, isLarge, signal }: SlotRequest): Promise<Slot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const state = this.#states.get(pop) ?? this.#addState(pop);
    const siblings = this.#waitersOf(signal);
    if (this.#hasPlace(state, isLarge)) {
      return Promise.resolve(this.#enter({ state, isLarge, siblings }));
    }
    return new Promise((settle) => {
      const waiter = { state, isLarge, siblings, settle };
      siblings.add(waiter);
      state.waiters.push(waiter);
      this.#waiting.add(state);
    });
  }

  /** One listener a signal, which is a batch's, not one a task. */
  #waitersOf(signal: AbortSignal): Set<Waiter> {
    const known = this.#waitersBySignal.get(signal);
    if (known !== undefined) return known;
    const waiters = new Set<Waiter>();
    this.#waitersBySignal.set(signal, waiters);
    signal.addEventListener('abort', () => this.#giveUp(waiters), { once: true });
    return waiters;
  }

  #addState(pop: string): PopState {
    const concurrency = this.#policy.of(pop);
    const state = { pop, concurrency, running: 0, runningLarge: 0, waiters: [] };
    this.#states.set(pop, state);
    return state;
  }

  #giveUp(waiters: Set<Waiter>): void {
    for (const waiter of waiters) {
      const { state, settle } = waiter;
      state.waiters.splice(state.waiters.indexOf(waiter), 1);
      this.#forgetIfUnused(state);
      settle(undefined);
    }
    waiters.clear();
  }

  #hasPlace(state: PopState, isLarge: boolean): boolean {
    return this.#hasPlaceForAny(state) && (!isLarge || this.#hasPlaceForLarge(state));
  }

  #hasPlaceForAny({ concurrency, running }: PopState): boolean {
    if (this.#running >= this.#maxRunning) return false;
    if (running < concurrency.limitOf('any')) return true;
    concurrency.noteFull('any');
    return false;
  }

  #hasPlaceForLarge({ concurrency, runningLarge }: PopState): boolean {
    if (runningLarge < concurrency.limitOf('large')) return true;
    concurrency.noteFull('large');
    return false;
  }

  #enter({ state, isLarge, siblings }: Place): Slot {
    this.#running += 1;
    state.running += 1;
    if (isLarge) state.runningLarge += 1;
    let held: HeldPlace | undefined = { state, isLarge, siblings, enteredAtMs: this.#now() };
    /** What it has become by a wait. */
    let other: Slot | undefined;
    const release = (): void => {
      other?.release();
      if (held !== undefined) this.#leave(held);
      held = undefined;
    };
    return {
      pop: state.pop,
      release,
      mayStay: (isNextLarge) =>
        other?.mayStay(isNextLarge) ?? (held !== undefined && this.#mayStay(held, isNextLarge)),
      note: (observation) => state.concurrency.note(observation),
      leaveFor: async (wait, signal) => {
        release();
        await wait();
        other = await this.acquire({ pop: state.pop, isLarge, signal });
        return other !== undefined;
      },
    };
  }

  #mayStay(place: HeldPlace, isNextLarge: boolean): boolean {
    const { state, isLarge } = place;
    const { concurrency, running, runningLarge, waiters } = state;
    const limit = concurrency.limitOf('any');
    if (isLarge !== isNextLarge || running > limit) return false;
    if (isLarge && runningLarge > concurrency.limitOf('large')) return false;
    if (this.#isWanted(place) && this.#now() - place.enteredAtMs >= TURN_MS) return false;
    if (waiters.length === 0) return true;
    // The POP may have got more places since those who wait began to.
    if (running < limit) this.#admitFrom(state);
    else if (this.#running < this.#maxRunning) concurrency.noteFull('any');
    return true;
  }

  /** Whether others wait for its POP than those of its own signal, or other POPs for the process. */
  #isWanted({ state, siblings }: HeldPlace): boolean {
    const { waiters } = state;
    for (const waiter of waiters) if (waiter.siblings !== siblings) return true;
    const otherPops = this.#waiting.size - (waiters.length === 0 ? 0 : 1);
    return this.#running >= this.#maxRunning && otherPops > 0;
  }

  #leave({ state, isLarge }: Place): void {
    const wasFull = this.#running >= this.#maxRunning;
    this.#running -= 1;
    state.running -= 1;
    if (isLarge) state.runningLarge -= 1;
    if (wasFull) this.#admitInTurn();
    else this.#admitFrom(state);
    this.#forgetIfUnused(state);
  }

  #admitInTurn(): void {
    for (const state of this.#waiting) {
      if (!this.#admitFrom(state)) continue;
      if (this.#waiting.delete(state)) this.#waiting.add(state);
      return;
    }
  }

  /** Admits whom it can of one POP. A large object that must wait does not hold up small ones. */
  #admitFrom(state: PopState): boolean {
    let hasAdmitted = false;
    for (let at = 0; at < state.waiters.length && this.#hasPlaceForAny(state);) {
      const waiter = state.waiters[at];
      if (waiter === undefined || (waiter.isLarge && !this.#hasPlaceForLarge(state))) {
        at += 1;
        continue;
      }
      state.waiters.splice(at, 1);
      waiter.siblings.delete(waiter);
      waiter.settle(this.#enter(waiter));
      hasAdmitted = true;
    }
    this.#forgetIfUnused(state);
    return hasAdmitted;
  }

  #forgetIfUnused(state: PopState): void {
    if (state.waiters.length > 0) return;
    this.#waiting.delete(state);
    if (state.running === 0) this.#states.delete(state.pop);
  }
}
