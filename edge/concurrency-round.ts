/** One GET that was answered to the end. */
export type RoundSample = {
  /** What throughput is counted in: 1 for a small object, the body's bytes for a large one. */
  readonly work: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
};

/** What a round showed. */
export type RoundResult = {
  readonly endedAtMs: number;
  /** Work a second. */
  readonly throughput: number;
  readonly answersPerSecond: number;
  /** A quarter of the answers began sooner; undefined without an answer. */
  readonly firstByteMs: number | undefined;
  /** Mean length of a GET; undefined without an answer. */
  readonly meanTotalMs: number | undefined;
  /** 0..1 of the GETs. */
  readonly failedShare: number;
  /** A task had to wait for a place, and the places were busy with GETs: the limit made the throughput. */
  readonly isFull: boolean;
  /** See {@link ConcurrencyRound.isOfNearPop}. */
  readonly isOfNearPop: boolean;
};

/** First bytes kept for the quantile: enough to place it, and bounded. */
const MAXIMUM_SAMPLES = 256;
/** A round as short as a near POP's answer would measure the noise of the event loop. */
const MINIMUM_ROUND_MS = 100;
/** TCP, TLS and the request take three round trips: so many fit a round of a near POP. */
const NEAR_LENGTHS = 4;
/** With little to do, a round ends after this many times its least length. */
const PATIENCE = 4;

/**
 * What the GETs that ended took of the places' time. Less than this means that places were
 * connecting, or that only the quick GETs have ended so far: such a round shows no throughput to
 * compare with.
 */
const LEAST_BUSY_SHARE = 0.7;

/**
 * A stretch of time in which each place has ended about one GET, so that what it shows is the work
 * of the present limit.
 */
export class ConcurrencyRound {
  readonly #startedAtMs: number;
  readonly #limit: number;
  readonly #firstBytesMs: number[] = [];
  #answers = 0;
  #failures = 0;
  #work = 0;
  #sumTotalMs = 0;
  /** A task had to wait for a place. */
  isFull = false;

  /** @param limit GETs at once when it starts. */
  constructor(startedAtMs: number, limit: number) {
    this.#startedAtMs = startedAtMs;
    this.#limit = limit;
  }

  addAnswer({ work, firstByteMs, totalMs }: RoundSample): void {
    this.#answers += 1;
    this.#work += work;
    this.#sumTotalMs += totalMs;
    if (this.#firstBytesMs.length < MAXIMUM_SAMPLES) this.#firstBytesMs.push(firstByteMs);
  }

  addFailure(): void {
    this.#failures += 1;
  }

  get hasFailures(): boolean {
    return this.#failures > 0;
  }

  /**
   * The round holds several lengths of a GET, so that what a new connection brings shows within it;
   * and growth with each answer would be at the most long before its end.
   */
  get isOfNearPop(): boolean {
    return this.#sumTotalMs * NEAR_LENGTHS < MINIMUM_ROUND_MS * this.#answers;
  }

  /** The result, once each place has ended about one GET and `lengths` times a GET's length has passed. */
  resultAt(nowMs: number, lengths: number): RoundResult | undefined {
    const elapsedMs = nowMs - this.#startedAtMs;
    const meanTotalMs = this.#answers === 0 ? undefined : this.#sumTotalMs / this.#answers;
    const leastMs = Math.max(MINIMUM_ROUND_MS, lengths * (meanTotalMs ?? 0));
    const ended = this.#answers + this.#failures;
    if (elapsedMs < leastMs || (ended < this.#limit && elapsedMs < PATIENCE * leastMs))
      return undefined;
    return {
      endedAtMs: nowMs,
      throughput: (this.#work * 1_000) / elapsedMs,
      answersPerSecond: (this.#answers * 1_000) / elapsedMs,
      firstByteMs: this.#lowerQuartileMs(),
      meanTotalMs,
      failedShare: this.#failures / ended,
      isOfNearPop: this.isOfNearPop,
      isFull: this.isFull && this.#sumTotalMs >= LEAST_BUSY_SHARE * this.#limit * elapsedMs,
    };
  }

  /**
   * Hits and misses mix, and a miss takes the origin's time. But a queue holds up the fastest, too:
   * so it is they who tell.
   */
  #lowerQuartileMs(): number | undefined {
    const sorted = Float64Array.from(this.#firstBytesMs).sort();
    return sorted[Math.floor(sorted.length / 4)];
  }
}
