import { CELL_CODES, PENDING, warmedTable } from './cell.ts';
import type { GridShape } from './task-grid.ts';

/** Counts of a task grid's cells by row and column, kept as they change: reports and rules ask them often. */
export class CellCounts {
  /** Cells that count as warmed. */
  warmed = 0;
  /** Cells without their final outcome. */
  pending: number;
  readonly #isWarmed: Uint8Array;
  readonly #byCell = new Int32Array(CELL_CODES);
  readonly #byColumn: Int32Array;
  readonly #warmedByRow: Int32Array;
  readonly #pendingByRow: Int32Array;
  readonly #warmedByColumn: Int32Array;
  readonly #pendingByColumn: Int32Array;

  /** Counts of cells of which none was tried. */
  constructor({ rows, columns, depth }: GridShape) {
    this.pending = rows * columns;
    this.#isWarmed = warmedTable(depth);
    this.#byCell[PENDING] = this.pending;
    this.#byColumn = new Int32Array(columns * CELL_CODES);
    for (let column = 0; column < columns; column += 1) {
      this.#byColumn[column * CELL_CODES + PENDING] = rows;
    }
    this.#warmedByRow = new Int32Array(rows);
    this.#pendingByRow = new Int32Array(rows).fill(columns);
    this.#warmedByColumn = new Int32Array(columns);
    this.#pendingByColumn = new Int32Array(columns).fill(rows);
  }

  /** Counts a cell of a column that was `from` as `to`. */
  replace(column: number, from: number, to: number): void {
    bump(this.#byCell, from, -1);
    bump(this.#byCell, to, 1);
    bump(this.#byColumn, column * CELL_CODES + from, -1);
    bump(this.#byColumn, column * CELL_CODES + to, 1);
  }

  /** Counts a pending cell as finished: `cell` is its final outcome. */
  finish(row: number, column: number, cell: number): void {
    this.pending -= 1;
    bump(this.#pendingByRow, row, -1);
    bump(this.#pendingByColumn, column, -1);
    if (this.#isWarmed[cell] !== 1) return;
    this.warmed += 1;
    bump(this.#warmedByRow, row, 1);
    bump(this.#warmedByColumn, column, 1);
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
}

function bump(counts: Int32Array, index: number, by: number): void {
  counts[index] = (counts[index] ?? 0) + by;
}
