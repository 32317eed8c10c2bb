/**
 * The rows that each column leads first in its group: column `i` of a group of `n` leads the rows
 * `i`, `i + n`, ...
 */
export class FirstRows {
  /** First leaders not looked at yet. */
  left = 0;
  readonly #rows: number;
  readonly #next: Int32Array;
  readonly #stride: Int32Array;

  /** @param groups columns of each group; all groups together have each column once. */
  constructor(rows: number, groups: readonly (readonly number[])[]) {
    const columns = groups.flat().length;
    this.#rows = rows;
    this.#next = new Int32Array(columns);
    this.#stride = new Int32Array(columns);
    for (const group of groups) {
      for (const [place, column] of group.entries()) {
        this.#next[column] = place;
        this.#stride[column] = group.length;
        this.left += Math.max(0, Math.ceil((rows - place) / group.length));
      }
    }
  }

  first(column: number): number | undefined {
    const next = this.#next[column] ?? 0;
    return next < this.#rows ? next : undefined;
  }

  /** Goes on to the next row of a column that has one. */
  drop(column: number): void {
    this.#next[column] = (this.#next[column] ?? 0) + (this.#stride[column] ?? 0);
    this.left -= 1;
  }
}
