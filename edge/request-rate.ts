import { performance } from 'node:perf_hooks';

/** Settings of {@link RequestRate}. */
export type RequestRateOptions = {
  /** Requests a second and POP at most. */
  readonly maxPerSecond: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
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

/** Requests a second of each POP. */
export class RequestRate {
  readonly #maxPerSecond: number;
  readonly #now: () => number;
  readonly #pops = new Map<string, PopRate>();

  constructor({ maxPerSecond, now = () => performance.now() }: RequestRateOptions) {
    this.#maxPerSecond = maxPerSecond;
    this.#now = now;
  }

  /** The rate of one POP: the same for all who ask, until 4,096 others were asked for. */
  of(pop: string): PopRate {
    const known = this.#pops.get(pop);
    if (known !== undefined) return known;
    const [oldest] = this.#pops.keys();
    if (this.#pops.size >= MAXIMUM_POPS && oldest !== undefined) this.#pops.delete(oldest);
    const rate = new PopRate(this.#maxPerSecond, this.#now);
    this.#pops.set(pop, rate);
    return rate;
  }
}

/**
 * Requests a second of one POP. Below its rate a request goes at once; above, it waits for its
 * turn, which passes to the next one when it is cancelled. A POP that says LimitExceeded is left
 * alone for 10 s, also by those that wait, then asked at half the rate.
 */
export class PopRate {
  readonly #maxPerSecond: number;
  readonly #now: () => number;
  /** Lets each waiting request go, in the order of asking: as many as the caller has running. */
  readonly #waiting = new Set<() => void>();
  #perSecond: number;
  /** When the next request may go; the past when none has gone for long. */
  #nextAtMs = -Infinity;
  #blockedUntilMs = -Infinity;
  #recoveredAtMs: number;
  /** Fires when the first of those that wait may go: one for all, since a cancelled one leaves its turn. */
  #timer: NodeJS.Timeout | undefined;

  constructor(maxPerSecond: number, now: () => number) {
    this.#maxPerSecond = maxPerSecond;
    this.#now = now;
    this.#perSecond = maxPerSecond;
    this.#recoveredAtMs = now();
  }

  /**
   * Takes the turn of one request: undefined when it has come, else a promise of it, which rejects
   * with the signal's reason when `signal` fires first.
   */
  take(signal: AbortSignal): Promise<void> | undefined {
    const nowMs = this.#now();
    this.#recover(nowMs);
    const isFree = this.#waiting.size === 0 && this.#earliestMs(nowMs) <= nowMs;
    if (!isFree || signal.aborted) return this.#wait(signal);
    this.#passTurn(nowMs);
    return undefined;
  }

  /** The POP asked to be asked less. Counts once for all requests that were under way together. */
  slowDown(): void {
    const nowMs = this.#now();
    this.#recover(nowMs);
    if (this.#blockedUntilMs > nowMs) return;
    this.#perSecond = Math.max(MINIMUM_PER_SECOND, this.#perSecond / 2);
    this.#blockedUntilMs = nowMs + BLOCK_MS;
    this.#recoveredAtMs = this.#blockedUntilMs;
    this.#nextAtMs = this.#blockedUntilMs;
  }

  /** Requests a second that the POP gets now, once it is not blocked. */
  get perSecond(): number {
    this.#recover(this.#now());
    return this.#perSecond;
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(go);
        if (this.#waiting.size === 0) this.#stopTimer();
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
      this.#waiting.add(go);
      if (this.#timer === undefined) this.#startTimer();
    });
  }

  #startTimer(): void {
    const nowMs = this.#now();
    const waitMs = Math.ceil(this.#earliestMs(nowMs) - nowMs);
    this.#timer = setTimeout(() => this.#letGo(), waitMs);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Lets those go whose turn has come: none when the POP was blocked since, several after a pause. */
  #letGo(): void {
    const nowMs = this.#now();
    this.#recover(nowMs);
    for (const go of this.#waiting) {
      if (this.#earliestMs(nowMs) > nowMs) break;
      this.#passTurn(nowMs);
      this.#waiting.delete(go);
      go();
    }
    this.#stopTimer();
    if (this.#waiting.size > 0) this.#startTimer();
  }

  #recover(nowMs: number): void {
    const elapsedMs = nowMs - this.#recoveredAtMs;
    if (elapsedMs < 1_000) return;
    const regained = (this.#maxPerSecond * RECOVERY_PER_SECOND * elapsedMs) / 1_000;
    this.#perSecond = Math.min(this.#maxPerSecond, this.#perSecond + regained);
    this.#recoveredAtMs = nowMs;
  }

  /** When the next request may go; not later than `nowMs` when it may go at once. */
  #earliestMs(nowMs: number): number {
    return Math.max(this.#nextAtMs, nowMs - BURST_MS, this.#blockedUntilMs);
  }

  #passTurn(nowMs: number): void {
    this.#nextAtMs = this.#earliestMs(nowMs) + 1_000 / this.#perSecond;
  }
}
