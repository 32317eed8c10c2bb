import type { BatchBuilder } from './batch-builder.ts';
import type { ColumnWatch } from './column-watch.ts';

/** Where a batch's tasks come from: the leaders, the followers, or what is tried again. */
export interface TaskSource {
  /** Entries not looked at yet; stale ones count. 0 means that there is nothing to hand out. */
  readonly entries: () => number;
  /** The column with which the next batch begins, of those that have room. */
  readonly findColumn: (watch: ColumnWatch) => number | undefined;
  /**
   * Hands the next URL of a column to a batch that has gone on to that column. False when none is
   * left, or when the next one does not fit.
   */
  readonly take: (column: number, batch: BatchBuilder) => boolean;
}

/** Goes round the columns. */
export class Rotation {
  readonly #columns: readonly number[];
  #position = 0;

  /** Begins with the first of the columns. */
  constructor(columns: readonly number[]) {
    this.#columns = columns;
  }

  /** The first column that matches, searching from behind the last find, so that all get their turn. */
  find(matches: (column: number) => boolean): number | undefined {
    for (let step = 0; step < this.#columns.length; step += 1) {
      const index = (this.#position + step) % this.#columns.length;
      const column = this.#columns[index];
      if (column !== undefined && matches(column)) {
        this.#position = index + 1;
        return column;
      }
    }
    return undefined;
  }
}

/** A first-in first-out list of numbers that does not move its rest when one is taken. */
export class NumberQueue {
  #items: number[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: number): void {
    this.#items.push(item);
  }

  first(): number | undefined {
    return this.#items[this.#head];
  }

  drop(): void {
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
  }
}
