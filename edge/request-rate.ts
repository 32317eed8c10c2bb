import { setTimeout as sleep } from 'node:timers/promises';

/** Settings of {@link RequestRate}. */
export type RequestRateOptions = {
  /** Requests a second and POP at most. */
  readonly maxPerSecond: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
};

type PopRate = {
  perSecond: number;
  /** When the next request may go; the past when none has gone for long. */
  nextAtMs: number;
  blockedUntilMs: number;
  recoveredAtMs: number;
};

/** CloudFront caches errors for 10 s by default: asked earlier, it only repeats itself. */
const BLOCK_MS = 10_500;
/** Requests that may go at once after a pause, as time at the full rate. */
const BURST_MS = 100;
/** Share of the full rate that comes back each second after a block. */
const RECOVERY_PER_SECOND = 0.05;
const MINIMUM_PER_SECOND = 1;
const MAXIMUM_POPS = 4_096;

/**
 * Requests a second of each POP. Below its rate a request goes at once; above, it waits for its
 * turn. A POP that says LimitExceeded is left alone for 10 s, then asked at half the rate.
 */
export class RequestRate {
  readonly #maxPerSecond: number;
  readonly #now: () => number;
  readonly #pops = new Map<string, PopRate>();

  constructor({ maxPerSecond, now = () => performance.now() }: RequestRateOptions) {
    this.#maxPerSecond = maxPerSecond;
    this.#now = now;
  }

  /**
   * Takes the turn of one request: how long it has to wait for it, in milliseconds.
   */
  reserve(pop: string): number {
    const nowMs = this.#now();
    const rate = this.#rateOf(pop, nowMs);
    const earliestMs = Math.max(rate.nextAtMs, nowMs - BURST_MS, rate.blockedUntilMs);
    rate.nextAtMs = earliestMs + 1_000 / rate.perSecond;
    return Math.max(0, earliestMs - nowMs);
  }

  /**
   * Takes the turn of one request: undefined when it has come, else a promise of it, which rejects
   * with an AbortError when `signal` fires first.
   */
  take(pop: string, signal: AbortSignal): Promise<void> | undefined {
    const waitMs = this.reserve(pop);
    return waitMs > 0 ? sleep(waitMs, undefined, { signal }) : undefined;
  }

  /** The POP asked to be asked less. Counts once for all requests that were under way together. */
  slowDown(pop: string): void {
    const nowMs = this.#now();
    const rate = this.#rateOf(pop, nowMs);
    if (rate.blockedUntilMs > nowMs) return;
    rate.perSecond = Math.max(MINIMUM_PER_SECOND, rate.perSecond / 2);
    rate.blockedUntilMs = nowMs + BLOCK_MS;
    rate.recoveredAtMs = rate.blockedUntilMs;
    rate.nextAtMs = rate.blockedUntilMs;
  }

  /** Requests a second that the POP gets now, once it is not blocked. */
  perSecond(pop: string): number {
    return this.#rateOf(pop, this.#now()).perSecond;
  }

  #rateOf(pop: string, nowMs: number): PopRate {
    const known = this.#pops.get(pop);
    if (known !== undefined) {
      this.#recover(known, nowMs);
      return known;
    }
    if (this.#pops.size >= MAXIMUM_POPS) this.#forgetOldest();
    const rate = {
      perSecond: this.#maxPerSecond,
      nextAtMs: 0,
      blockedUntilMs: 0,
      recoveredAtMs: nowMs,
    };
    this.#pops.set(pop, rate);
    return rate;
  }

  #recover(rate: PopRate, nowMs: number): void {
    const elapsedMs = nowMs - rate.recoveredAtMs;
    if (elapsedMs < 1_000) return;
    const regained = (this.#maxPerSecond * RECOVERY_PER_SECOND * elapsedMs) / 1_000;
    rate.perSecond = Math.min(this.#maxPerSecond, rate.perSecond + regained);
    rate.recoveredAtMs = nowMs;
  }

  #forgetOldest(): void {
    const [oldest] = this.#pops.keys();
    if (oldest !== undefined) this.#pops.delete(oldest);
  }
}
