/** Not numbered; numbers are kept one higher. */
const NONE = 0;

/**
 * Numbers the URLs of a batch from 0 on, in the order in which they are asked for.
 *
 * One table serves all batches of a plan, one after the other: a map for each batch would grow and
 * hash each row anew.
 */
export class UrlNumbers {
  readonly #numbers: Int32Array;
  #rows: number[] = [];

  /** @param rows URLs of the request. */
  constructor(rows: number) {
    this.#numbers = new Int32Array(rows);
  }

  /** Whether a row has its number in the batch. */
  has(row: number): boolean {
    return this.#numbers[row] !== NONE;
  }

  /** The number of a row, which gets one unless it has one. */
  numberOf(row: number): number {
    if (!this.has(row)) this.#numbers[row] = this.#rows.push(row);
    return (this.#numbers[row] ?? NONE) - 1;
  }

  /** The rows by their numbers. Then none has one: the next batch begins. */
  takeRows(): readonly number[] {
    const rows = this.#rows;
    for (const row of rows) this.#numbers[row] = NONE;
    this.#rows = [];
    return rows;
  }
}
