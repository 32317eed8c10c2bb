/**
 * The smallest value of the last `windowMs`, at least of the last half of it. Keeps two numbers: the
 * smallest of this half window and of the one before.
 */
export class RecentMinimum {
  readonly #halfMs: number;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #current = Number.POSITIVE_INFINITY;
  #previous = Number.POSITIVE_INFINITY;

  constructor(windowMs: number) {
    this.#halfMs = windowMs / 2;
  }

  /** Infinity while nothing was added. */
  get value(): number {
    return Math.min(this.#current, this.#previous);
  }

  add(value: number, nowMs: number): void {
    if (nowMs - this.#startedAtMs < this.#halfMs) {
      this.#current = Math.min(this.#current, value);
      return;
    }
    this.#previous = this.#current;
    this.#current = value;
    this.#startedAtMs = nowMs;
  }
}
