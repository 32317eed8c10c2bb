/** Where a batch's tasks come from: the leaders, the followers, or what is tried again. */
export interface TaskSource {
  /** Entries not looked at yet; stale ones count. 0 means that there is nothing to hand out. */
  readonly entries: () => number;
  /** The column with which the next batch begins, of those that have room. */
  readonly findColumn: (hasRoom: (column: number) => boolean) => number | undefined;
  /** Takes out the next URL of a column, unless none is left or the next one does not fit. */
  readonly take: (column: number, fits: (row: number) => boolean) => number | undefined;
}

/** Goes round the columns. */
export interface Rotation {
  /** The first column that matches, searching from behind the last find, so that all get their turn. */
  readonly find: (matches: (column: number) => boolean) => number | undefined;
}

/** A rotation that begins with the first of the columns. */
export function createRotation(columns: readonly number[]): Rotation {
  let position = 0;
  return {
    find(matches: (column: number) => boolean): number | undefined {
      for (let step = 0; step < columns.length; step += 1) {
        const index = (position + step) % columns.length;
        const column = columns[index];
        if (column !== undefined && matches(column)) {
          position = index + 1;
          return column;
        }
      }
      return undefined;
    },
  };
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
