/** Settings of {@link RequestRate}. */
export type RequestRateOptions = {
  /** Requests a second and POP at most. */
  readonly maxPerSecond: number;
};

type PopRate = {
  perSecond: number;
  /** When the next request may go; the past when none has gone for long. */
  nextAtMs: number;
  blockedUntilMs: number;
  recoveredAtMs: number;
  /** Lets each waiting request go, in the order of asking: as many as the caller has running. */
  readonly waiting: Set<() => void>;
  /** Fires when the first of `waiting` may go: one for all, since a cancelled one leaves its turn. */
  timer: NodeJS.Timeout | undefined;
};

/** CloudFront caches errors for 10 s by default: asked earlier, it only repeats itself. */
const BLOCK_MS = 10_500;
/**
 * Requests that may go at once after a pause, as time at the full rate. So a second that begins
 * with such a burst sees a tenth more than the rate.
 */
const BURST_MS = 100;
/** Share of the full rate that comes back each second after a block. */
const RECOVERY_PER_SECOND = 0.05;
const MINIMUM_PER_SECOND = 1;
const MAXIMUM_POPS = 4_096;

/**
 * Requests a second of each POP. Below its rate a request goes at once; above, it waits for its
 * turn, which passes to the next one when it is cancelled. A POP that says LimitExceeded is left
 * alone for 10 s, also by those that wait, then asked at half the rate.
 */
export class RequestRate {
  readonly #maxPerSecond: number;
  readonly #pops = new Map<string, PopRate>();

  constructor({ maxPerSecond }: RequestRateOptions) {
    this.#maxPerSecond = maxPerSecond;
  }

  /**
   * Takes the turn of one request: undefined when it has come, else a promise of it, which rejects
   * with the signal's reason when `signal` fires first.
   */
  take(pop: string, signal: AbortSignal): Promise<void> | undefined {
    const nowMs = performance.now();
    const rate = this.#rateOf(pop, nowMs);
    const isFree = rate.waiting.size === 0 && earliestMs(rate, nowMs) <= nowMs;
    if (!isFree || signal.aborted) return this.#wait(rate, signal);
    passTurn(rate, nowMs);
    return undefined;
  }

  /** The POP asked to be asked less. Counts once for all requests that were under way together. */
  slowDown(pop: string): void {
    const nowMs = performance.now();
    const rate = this.#rateOf(pop, nowMs);
    if (rate.blockedUntilMs > nowMs) return;
    rate.perSecond = Math.max(MINIMUM_PER_SECOND, rate.perSecond / 2);
    rate.blockedUntilMs = nowMs + BLOCK_MS;
    rate.recoveredAtMs = rate.blockedUntilMs;
    rate.nextAtMs = rate.blockedUntilMs;
  }

  /** Requests a second that the POP gets now, once it is not blocked. */
  perSecond(pop: string): number {
    return this.#rateOf(pop, performance.now()).perSecond;
  }

  #wait(rate: PopRate, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        rate.waiting.delete(go);
        if (rate.waiting.size === 0) this.#stopTimer(rate);
        reject(signal.reason);
      };
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      rate.waiting.add(go);
      if (rate.timer === undefined) this.#startTimer(rate);
    });
  }

  #startTimer(rate: PopRate): void {
    const nowMs = performance.now();
    const waitMs = Math.ceil(earliestMs(rate, nowMs) - nowMs);
    rate.timer = setTimeout(() => this.#letGo(rate), waitMs);
  }

  #stopTimer(rate: PopRate): void {
    clearTimeout(rate.timer);
    rate.timer = undefined;
  }

  /** Lets those go whose turn has come: none when the POP was blocked since, several after a pause. */
  #letGo(rate: PopRate): void {
    const nowMs = performance.now();
    this.#recover(rate, nowMs);
    for (const go of rate.waiting) {
      if (earliestMs(rate, nowMs) > nowMs) break;
      passTurn(rate, nowMs);
      rate.waiting.delete(go);
      go();
    }
    this.#stopTimer(rate);
    if (rate.waiting.size > 0) this.#startTimer(rate);
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
      nextAtMs: -Infinity,
      blockedUntilMs: -Infinity,
      recoveredAtMs: nowMs,
      waiting: new Set<() => void>(),
      timer: undefined,
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

/** When the next request may go; not later than `nowMs` when it may go at once. */
function earliestMs(rate: PopRate, nowMs: number): number {
  return Math.max(rate.nextAtMs, nowMs - BURST_MS, rate.blockedUntilMs);
}

function passTurn(rate: PopRate, nowMs: number): void {
  rate.nextAtMs = earliestMs(rate, nowMs) + 1_000 / rate.perSecond;
}
