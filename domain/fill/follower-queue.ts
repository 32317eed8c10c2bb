import type { SizeTable } from '../sizes.ts';
import type { TaskGrid } from '../task-grid.ts';
import type { AreaLayout } from './area-layout.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { RetryQueue } from './retry-queue.ts';
import { Rotation } from './task-source.ts';
import type { TaskSource } from './task-source.ts';

const CLASS_FACTOR = 4;
/** 4^18 bytes are more than the 50 GB that CloudFront serves in one answer. */
const CLASSES = 19;

/** What a follower queue needs. */
export type FollowerQueueInput = {
  readonly grid: TaskGrid;
  readonly sizes: Pick<SizeTable, 'expectedBytesOf'>;
  readonly layout: AreaLayout;
  readonly cells: CellsInFlight;
  /** Gets each follower that was tried or lost before: others go first. */
  readonly retries: RetryQueue;
};

/**
 * Hands out the followers of opened groups, largest objects first.
 *
 * One list of rows for each group and size class, which every column of the group walks with a
 * cursor of its own: two million tasks need no two million entries.
 */
export class FollowerQueue implements TaskSource {
  readonly #input: FollowerQueueInput;
  readonly #cells: CellsInFlight;
  readonly #lists: readonly number[][];
  /** Two for each column and class: places in its area's list, and in the whole request's. */
  readonly #cursors: Int32Array;
  /** The list that each cursor walks. */
  readonly #listOfCursor: readonly (readonly number[])[];
  readonly #entriesOfClass = new Int32Array(CLASSES);
  readonly #rotation: Rotation;
  /** No larger class has entries. */
  #largestClass = 0;
  #entries = 0;

  constructor(input: FollowerQueueInput) {
    const { layout, cells } = input;
    this.#input = input;
    this.#cells = cells;
    this.#lists = Array.from({ length: layout.groups * CLASSES }, () => []);
    this.#listOfCursor = Array.from({ length: layout.columns }, (_, column) => [
      ...this.#listsOf(layout.areaOf(column)),
      ...this.#listsOf(layout.wholeGroup),
    ]).flat();
    this.#cursors = new Int32Array(this.#listOfCursor.length);
    this.#rotation = new Rotation(layout.interleaved);
  }

  entries(): number {
    return this.#entries;
  }

  /** Adds the cells of a group, unless its URL is finished. */
  open(row: number, group: number): void {
    const { grid, sizes, layout } = this.#input;
    if (grid.pendingInRow(row) === 0) return;
    const sizeClass = sizeClassOf(sizes.expectedBytesOf(row));
    this.#lists[group * CLASSES + sizeClass]?.push(row);
    this.#largestClass = Math.max(this.#largestClass, sizeClass);
    this.#count(sizeClass, layout.columnsOf(group).length);
  }

  findColumn(watch: ColumnWatch): number | undefined {
    for (let sizeClass = this.#largest(); sizeClass >= 0; sizeClass -= 1) {
      if (this.#entriesOfClass[sizeClass] === 0) continue;
      const column = this.#rotation.find(
        (each) => watch.hasRoom(each) && this.#cursorOf(each, sizeClass) !== undefined,
      );
      if (column !== undefined) return column;
    }
    return undefined;
  }

  take(column: number, batch: BatchBuilder): boolean {
    for (let sizeClass = this.#largest(); sizeClass >= 0; sizeClass -= 1) {
      if (this.#entriesOfClass[sizeClass] === 0) continue;
      const cursor = this.#cursorOf(column, sizeClass);
      if (cursor === undefined || !batch.add(this.#rowAt(cursor))) continue;
      this.#pass(cursor, sizeClass);
      return true;
    }
    return false;
  }

  #listsOf(group: number): readonly (readonly number[])[] {
    return this.#lists.slice(group * CLASSES, (group + 1) * CLASSES);
  }

  #largest(): number {
    while (this.#largestClass > 0 && this.#entriesOfClass[this.#largestClass] === 0) {
      this.#largestClass -= 1;
    }
    return this.#largestClass;
  }

  /** The cursor of a column in a size class that stands on its next row, past what became stale. */
  #cursorOf(column: number, sizeClass: number): number | undefined {
    const inArea = column * 2 * CLASSES + sizeClass;
    if (this.#findRow(inArea, column, sizeClass)) return inArea;
    const inRequest = inArea + CLASSES;
    return this.#findRow(inRequest, column, sizeClass) ? inRequest : undefined;
  }

  #findRow(cursor: number, column: number, sizeClass: number): boolean {
    const length = this.#listOfCursor[cursor]?.length ?? 0;
    while ((this.#cursors[cursor] ?? 0) < length) {
      const row = this.#rowAt(cursor);
      if (this.#cells.isUntouched(row, column)) return true;
      this.#pass(cursor, sizeClass);
      if (this.#cells.isFree(row, column)) this.#input.retries.add(row, column);
    }
    return false;
  }

  #rowAt(cursor: number): number {
    return this.#listOfCursor[cursor]?.[this.#cursors[cursor] ?? 0] ?? 0;
  }

  #pass(cursor: number, sizeClass: number): void {
    this.#cursors[cursor] = (this.#cursors[cursor] ?? 0) + 1;
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
