import type { ConcurrencyPolicy } from '../../../edge/concurrency-policy.ts';

/** A POP as a fetch worker sees it: a distance, and what it can do. */
export type PopModel = {
  readonly rttMs: number;
  /** Requests it works on at once; more of them queue. */
  readonly places: number;
  /** Work on one request, by the time of day; 0 answers at once. */
  readonly serviceMs: (nowMs: number) => number;
  /** Whether a request fails that arrives when so many are under way. */
  readonly fails: (nowMs: number, underWay: number) => boolean;
  readonly bodyBytes: number;
  /** Bytes a millisecond of all bodies together, and of one connection alone. */
  readonly pathBytesPerMs: number;
  readonly connectionBytesPerMs: number;
};

/** A run over virtual time. */
export type PopRun = {
  readonly model: Partial<PopModel> & Pick<PopModel, 'rttMs'>;
  readonly policy: ConcurrencyPolicy;
  readonly clock: { nowMs: number };
  readonly lengthMs: number;
  /** Tasks that are wanted at once. @default no bound */
  readonly demand?: number;
  /** In 0..1; each time that passes varies by up to a fifth. @default always 0.5 */
  readonly random?: () => number;
};

/** What came of a run. */
export type PopTrace = {
  readonly answers: number;
  readonly failures: number;
  /** The limit after each answer or failure. */
  readonly limits: readonly { readonly atMs: number; readonly limit: number }[];
};

type Event = { readonly atMs: number; readonly happen: () => void };

const POP = 'NRT57-P3';
const LARGE_BYTES = 64 * 1024 * 1024;

/** Runs fetch tasks one after the other in every place that the policy gives, in virtual time. */
export function runOnSimulatedPop(run: PopRun): PopTrace {
  return new Simulation(run).trace();
}

class Simulation {
  readonly #run: PopRun;
  readonly #model: PopModel;
  readonly #events: Event[] = [];
  readonly #freeAtMs: number[];
  readonly #limits: PopTrace['limits'][number][] = [];
  readonly #size: 'any' | 'large';
  #pathFreeAtMs = 0;
  #idle = 0;
  #underWay = 0;
  #answers = 0;
  #failures = 0;

  constructor(run: PopRun) {
    this.#run = run;
    this.#model = {
      places: 1_000,
      serviceMs: () => 0,
      fails: () => false,
      bodyBytes: 1_000,
      pathBytesPerMs: Number.POSITIVE_INFINITY,
      connectionBytesPerMs: Number.POSITIVE_INFINITY,
      ...run.model,
    };
    this.#size = this.#model.bodyBytes > LARGE_BYTES ? 'large' : 'any';
    this.#freeAtMs = Array.from({ length: this.#model.places }, () => 0);
  }

  trace(): PopTrace {
    const { clock, lengthMs } = this.#run;
    const endsAtMs = clock.nowMs + lengthMs;
    this.#fill();
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      if (next.atMs > endsAtMs) break;
      clock.nowMs = next.atMs;
      next.happen();
    }
    clock.nowMs = endsAtMs;
    return { answers: this.#answers, failures: this.#failures, limits: this.#limits };
  }

  #fill(): void {
    const { policy, demand = Number.POSITIVE_INFINITY } = this.#run;
    while (this.#underWay < demand) {
      if (this.#underWay >= policy.of(POP).limitOf(this.#size)) {
        policy.of(POP).noteFull(this.#size);
        return;
      }
      this.#underWay += 1;
      this.#start();
    }
  }

  /** TCP and TLS take two round trips before the first request of a connection. */
  #start(): void {
    const setUpMs = this.#idle > 0 ? 0 : this.#varied(2 * this.#model.rttMs);
    if (this.#idle > 0) this.#idle -= 1;
    this.#after(setUpMs, () => this.#ask());
  }

  #ask(): void {
    const { clock, policy } = this.#run;
    const { rttMs, bodyBytes, serviceMs, fails } = this.#model;
    const askedAtMs = clock.nowMs;
    if (fails(askedAtMs, this.#underWay)) {
      this.#after(this.#varied(rttMs), () => {
        const endedAtMs = clock.nowMs;
        policy
          .of(POP)
          .note({ bodyBytes: 0, firstByteMs: 0, totalMs: 0, endedAtMs, isFailed: true });
        this.#failures += 1;
        this.#end();
      });
      return;
    }
    const doneAtMs = this.#serve(askedAtMs + this.#varied(rttMs), serviceMs(askedAtMs));
    this.#after(doneAtMs - askedAtMs, () => {
      const firstByteMs = clock.nowMs - askedAtMs;
      this.#after(this.#bodyMs(), () => {
        const endedAtMs = clock.nowMs;
        const totalMs = endedAtMs - askedAtMs;
        policy.of(POP).note({ bodyBytes, firstByteMs, totalMs, endedAtMs, isFailed: false });
        this.#answers += 1;
        this.#idle += 1;
        this.#end();
      });
    });
  }

  #end(): void {
    this.#underWay -= 1;
    const limit = this.#run.policy.of(POP).limitOf(this.#size);
    this.#limits.push({ atMs: this.#run.clock.nowMs, limit });
    this.#fill();
  }

  /** When a request is done that comes at `atMs`: the place that is free first takes it. */
  #serve(atMs: number, serviceMs: number): number {
    if (serviceMs === 0) return atMs;
    const freeAtMs = Math.min(...this.#freeAtMs);
    const doneAtMs = Math.max(atMs, freeAtMs) + this.#varied(serviceMs);
    this.#freeAtMs[this.#freeAtMs.indexOf(freeAtMs)] = doneAtMs;
    return doneAtMs;
  }

  #bodyMs(): number {
    const { bodyBytes, pathBytesPerMs, connectionBytesPerMs } = this.#model;
    const { nowMs } = this.#run.clock;
    this.#pathFreeAtMs = Math.max(nowMs, this.#pathFreeAtMs) + bodyBytes / pathBytesPerMs;
    return Math.max(this.#pathFreeAtMs - nowMs, bodyBytes / connectionBytesPerMs);
  }

  #varied(lengthMs: number): number {
    const random = this.#run.random?.() ?? 0.5;
    return lengthMs * (0.9 + random * 0.2);
  }

  #after(delayMs: number, happen: () => void): void {
    const atMs = this.#run.clock.nowMs + delayMs;
    const later = this.#events.findLastIndex((event) => event.atMs <= atMs);
    this.#events.splice(later + 1, 0, { atMs, happen });
  }
}
