import type { AreaLayout } from './area-layout.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import { createRotation } from './task-source.ts';
import type { Rotation, TaskSource } from './task-source.ts';

const CLASS_FACTOR = 4;
/** 4^18 bytes are more than the 50 GB that CloudFront serves in one answer. */
const CLASSES = 19;

/** What a follower queue needs. */
export type FollowerQueueInput = {
  readonly layout: AreaLayout;
  readonly cells: CellsInFlight;
  /** Called with each follower that was tried or lost before: others go first. */
  readonly onTriedBefore: (row: number, column: number) => void;
};

/**
 * Hands out the followers of opened groups, largest objects first.
 *
 * One list of rows for each group and size class, which every column of the group walks with a
 * cursor of its own: two million tasks need no two million entries.
 */
export class FollowerQueue implements TaskSource {
  readonly #input: FollowerQueueInput;
  readonly #lists: readonly number[][];
  /** Two for each column and class: of its area's list, and of the whole request's. */
  readonly #cursors: Int32Array;
  readonly #entriesOfClass = new Int32Array(CLASSES);
  readonly #rotation: Rotation;
  #entries = 0;

  constructor(input: FollowerQueueInput) {
    const { layout } = input;
    this.#input = input;
    this.#lists = Array.from({ length: layout.groups * CLASSES }, () => []);
    this.#cursors = new Int32Array(layout.columns * 2 * CLASSES);
    this.#rotation = createRotation(layout.interleaved);
  }

  entries(): number {
    return this.#entries;
  }

  /** Adds the cells of a group; `expectedBytes` is the size of its URL as far as known. */
  add(group: number, row: number, expectedBytes: number): void {
    const sizeClass = sizeClassOf(expectedBytes);
    this.#lists[group * CLASSES + sizeClass]?.push(row);
    this.#count(sizeClass, this.#input.layout.columnsOf(group).length);
  }

  findColumn(hasRoom: (column: number) => boolean): number | undefined {
    for (let sizeClass = CLASSES - 1; sizeClass >= 0; sizeClass -= 1) {
      if (this.#entriesOfClass[sizeClass] === 0) continue;
      const column = this.#rotation.find(
        (each) => hasRoom(each) && this.#first(each, sizeClass) !== undefined,
      );
      if (column !== undefined) return column;
    }
    return undefined;
  }

  take(column: number, fits: (row: number) => boolean): number | undefined {
    for (let sizeClass = CLASSES - 1; sizeClass >= 0; sizeClass -= 1) {
      if (this.#entriesOfClass[sizeClass] === 0) continue;
      const first = this.#first(column, sizeClass);
      if (first !== undefined && fits(first.row)) {
        this.#pass(first.at, sizeClass);
        return first.row;
      }
    }
    return undefined;
  }

  /** The next row of a column in a size class, with the cursor that stands on it. */
  #first(column: number, sizeClass: number) {
    const { layout, cells, onTriedBefore } = this.#input;
    const groups = layout.groupsOfColumn(column);
    for (let place = 0; place < groups.length; place += 1) {
      const group = groups[place] ?? 0;
      const list = this.#lists[group * CLASSES + sizeClass] ?? [];
      const at = (column * 2 + place) * CLASSES + sizeClass;
      for (let cursor = this.#cursors[at] ?? 0; cursor < list.length; cursor += 1) {
        const row = list[cursor] ?? 0;
        if (cells.isUntouched(row, column)) return { row, at };
        this.#pass(at, sizeClass);
        if (cells.isFree(row, column)) onTriedBefore(row, column);
      }
    }
    return undefined;
  }

  #pass(at: number, sizeClass: number): void {
    this.#cursors[at] = (this.#cursors[at] ?? 0) + 1;
    this.#count(sizeClass, -1);
  }

  #count(sizeClass: number, by: number): void {
    this.#entriesOfClass[sizeClass] = (this.#entriesOfClass[sizeClass] ?? 0) + by;
    this.#entries += by;
  }
}

/** Size classes are powers of 4: 0 bytes, 1..3, 4..15, ... */
function sizeClassOf(bytes: number): number {
  let sizeClass = 0;
  for (let rest = bytes; rest >= 1 && sizeClass < CLASSES - 1; rest /= CLASS_FACTOR) sizeClass += 1;
  return sizeClass;
}
