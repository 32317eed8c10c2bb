/** The task grid: the truth of a request, one byte a fetch task. Rows are URLs, columns POPs. */

import {
  PENDING,
  afterLoss,
  afterOutcome,
  atClose,
  codeOfOutcome,
  isCell,
  isFinalCell,
} from './cell.ts';
import { CellCounts } from './cell-counts.ts';
import type { Depth, Outcome } from './outcome.ts';
import { decodeRuns, encodeRuns } from './run-length.ts';

/** Size of a grid, and the depth that decides which outcomes count as warmed. */
export type GridShape = {
  /** URLs, at most 50,000. */
  readonly rows: number;
  /** POPs that resolved, at most 1,000. */
  readonly columns: number;
  readonly depth: Depth;
};

/**
 * Outcomes of all fetch tasks of a request, with running counts. Cells are those of `cell.ts`. Made by
 * {@link createTaskGrid} and {@link decodeTaskGrid}.
 */
export class TaskGrid {
  readonly rows: number;
  readonly columns: number;
  readonly depth: Depth;
  readonly totalTasks: number;
  readonly #cells: Uint8Array;
  readonly #counts: CellCounts;

  /** @param cells row by row, all of them valid. Without them nothing was tried. */
  constructor(shape: GridShape, cells?: Uint8Array) {
    this.rows = shape.rows;
    this.columns = shape.columns;
    this.depth = shape.depth;
    this.totalTasks = this.rows * this.columns;
    this.#cells = new Uint8Array(this.totalTasks).fill(PENDING);
    this.#counts = new CellCounts(shape);
    if (cells !== undefined) this.#writeAll(cells);
  }

  /** Character code of a cell. */
  cellAt(row: number, column: number): number {
    return this.#cells[row * this.columns + column] ?? 0;
  }

  /** Writes what a try gave: `outcomeCode` is the character code of an outcome's letter. */
  recordOutcome(row: number, column: number, outcomeCode: number): void {
    this.#write(row, column, afterOutcome(this.cellAt(row, column), outcomeCode));
  }

  /** Notes that the worker holding a task died. */
  recordLoss(row: number, column: number): void {
    this.#write(row, column, afterLoss(this.cellAt(row, column)));
  }

  /** Ends a pending cell without another try. */
  close(row: number, column: number, outcome: Outcome): void {
    if (isFinalCell(this.cellAt(row, column))) return;
    this.#write(row, column, codeOfOutcome(outcome));
  }

  /** Ends all pending cells of a URL without another try. */
  closeRow(row: number, outcome: Outcome): void {
    for (let column = 0; column < this.columns; column += 1) this.close(row, column, outcome);
  }

  /** Makes first tries final: no second one will come. Call once, when nothing is in flight. */
  settlePending(): void {
    this.#writeAll(this.#cells.map(atClose));
  }

  pendingTasks(): number {
    return this.#counts.pending;
  }

  /** Tasks without any try; none of them was lost with its worker. */
  untriedTasks(): number {
    return this.#counts.tasksOf(PENDING);
  }

  warmedTasks(): number {
    return this.#counts.warmed;
  }

  failedTasks(): number {
    return this.totalTasks - this.warmedTasks() - this.pendingTasks();
  }

  /** Finished tasks of one outcome. */
  tasksWith(outcome: Outcome): number {
    return this.#counts.tasksOf(codeOfOutcome(outcome));
  }

  warmedInRow(row: number): number {
    return this.#counts.warmedInRow(row);
  }

  pendingInRow(row: number): number {
    return this.#counts.pendingInRow(row);
  }

  warmedInColumn(column: number): number {
    return this.#counts.warmedInColumn(column);
  }

  pendingInColumn(column: number): number {
    return this.#counts.pendingInColumn(column);
  }

  /** Finished tasks of one outcome at one POP. */
  tasksInColumn(column: number, outcome: Outcome): number {
    return this.cellsInColumn(column, codeOfOutcome(outcome));
  }

  /** Cells of one POP that are `cell`, a character code. */
  cellsInColumn(column: number, cell: number): number {
    return this.#counts.tasksInColumn(column, cell);
  }

  /** Run-length text of `rows` rows from `fromRow` on, row by row; of all rows by default. */
  encode(fromRow = 0, rows = this.rows): string {
    return encodeRuns(
      this.#cells.subarray(fromRow * this.columns, (fromRow + rows) * this.columns),
    );
  }

  #write(row: number, column: number, cell: number): void {
    const old = this.cellAt(row, column);
    if (old === cell) return;
    this.#counts.replace(column, old, cell);
    // Every change goes forward, so the cell was pending.
    if (isFinalCell(cell)) this.#counts.finish(row, column, cell);
    this.#cells[row * this.columns + column] = cell;
  }

  #writeAll(cells: Uint8Array): void {
    for (let row = 0; row < this.rows; row += 1) {
      for (let column = 0; column < this.columns; column += 1) {
        this.#write(row, column, cells[row * this.columns + column] ?? PENDING);
      }
    }
  }
}

/** A grid of tasks that were not tried. */
export function createTaskGrid(shape: GridShape): TaskGrid {
  return new TaskGrid(shape);
}

/**
 * The grid that {@link TaskGrid.encode} wrote as text.
 *
 * @throws RangeError when the text is malformed, is of another size, or holds an unknown letter.
 */
export function decodeTaskGrid(shape: GridShape, text: string): TaskGrid {
  const size = shape.rows * shape.columns;
  const cells = decodeRuns(text, size);
  if (cells.length !== size) {
    throw new RangeError(`task grid text holds ${cells.length} cells, not ${size}`);
  }
  const unknown = cells.find((cell) => !isCell(cell));
  if (unknown !== undefined) {
    throw new RangeError(`task grid text holds the unknown letter ${String.fromCharCode(unknown)}`);
  }
  return new TaskGrid(shape, cells);
}
