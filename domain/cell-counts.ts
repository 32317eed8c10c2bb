import { CELL_CODES, isFinalCell, warmedTable } from './cell.ts';
import type { GridShape } from './task-grid.ts';

/** Counts of a task grid's cells by row and column, kept as they change: reports and rules ask them often. */
export class CellCounts {
  /** Cells that count as warmed. */
  warmed = 0;
  /** Cells without their final outcome. */
  pending = 0;
  readonly #isWarmed: Uint8Array;
  readonly #byCell = new Int32Array(CELL_CODES);
  readonly #byColumn: Int32Array;
  readonly #warmedByRow: Int32Array;
  readonly #pendingByRow: Int32Array;
  readonly #warmedByColumn: Int32Array;
  readonly #pendingByColumn: Int32Array;

  /** Counts of no cells yet. */
  constructor({ rows, columns, depth }: GridShape) {
    this.#isWarmed = warmedTable(depth);
    this.#byColumn = new Int32Array(columns * CELL_CODES);
    this.#warmedByRow = new Int32Array(rows);
    this.#pendingByRow = new Int32Array(rows);
    this.#warmedByColumn = new Int32Array(columns);
    this.#pendingByColumn = new Int32Array(columns);
  }

  /** Counts a cell that has become `cell`, a character code. */
  add(row: number, column: number, cell: number): void {
    this.#count({ row, column, cell }, 1);
  }

  /** Counts a cell no more that was `cell`. */
  remove(row: number, column: number, cell: number): void {
    this.#count({ row, column, cell }, -1);
  }

  /** Cells that are `cell`. */
  tasksOf(cell: number): number {
    return this.#byCell[cell] ?? 0;
  }

  /** Cells of one column that are `cell`. */
  tasksInColumn(column: number, cell: number): number {
    return this.#byColumn[column * CELL_CODES + cell] ?? 0;
  }

  warmedInRow(row: number): number {
    return this.#warmedByRow[row] ?? 0;
  }

  pendingInRow(row: number): number {
    return this.#pendingByRow[row] ?? 0;
  }

  warmedInColumn(column: number): number {
    return this.#warmedByColumn[column] ?? 0;
  }

  pendingInColumn(column: number): number {
    return this.#pendingByColumn[column] ?? 0;
  }

  #count({ row, column, cell }: CountedCell, by: 1 | -1): void {
    bump(this.#byCell, cell, by);
    bump(this.#byColumn, column * CELL_CODES + cell, by);
    if (this.#isWarmed[cell] === 1) {
      this.warmed += by;
      bump(this.#warmedByRow, row, by);
      bump(this.#warmedByColumn, column, by);
    } else if (!isFinalCell(cell)) {
      this.pending += by;
      bump(this.#pendingByRow, row, by);
      bump(this.#pendingByColumn, column, by);
    }
  }
}

type CountedCell = { readonly row: number; readonly column: number; readonly cell: number };

function bump(counts: Int32Array, index: number, by: number): void {
  counts[index] = (counts[index] ?? 0) + by;
}
