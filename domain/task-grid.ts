/** The task grid: the truth of a request, one byte a fetch task. Rows are URLs, columns POPs. */

import {
  CELL_CODES,
  PENDING,
  afterLoss,
  afterOutcome,
  atClose,
  codeOfOutcome,
  isCell,
  isFinalCell,
  warmedTable,
} from './cell.ts';
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

/** Outcomes of all fetch tasks of a request, with running counts. Cells are those of `cell.ts`. */
export interface TaskGrid {
  readonly rows: number;
  readonly columns: number;
  readonly depth: Depth;
  /** Character code of a cell. */
  readonly cellAt: (row: number, column: number) => number;
  /** Writes what a try gave: `outcomeCode` is the character code of an outcome's letter. */
  readonly recordOutcome: (row: number, column: number, outcomeCode: number) => void;
  /** Notes that the worker holding a task died. */
  readonly recordLoss: (row: number, column: number) => void;
  /** Ends a pending cell without another try. */
  readonly close: (row: number, column: number, outcome: Outcome) => void;
  /** Ends all pending cells of a URL without another try. */
  readonly closeRow: (row: number, outcome: Outcome) => void;
  /** Makes first tries final: no second one will come. Call once, when nothing is in flight. */
  readonly settlePending: () => void;
  readonly totalTasks: number;
  readonly pendingTasks: () => number;
  readonly warmedTasks: () => number;
  readonly failedTasks: () => number;
  /** Finished tasks of one outcome. */
  readonly tasksWith: (outcome: Outcome) => number;
  readonly warmedInRow: (row: number) => number;
  readonly pendingInRow: (row: number) => number;
  readonly warmedInColumn: (column: number) => number;
  readonly pendingInColumn: (column: number) => number;
  /** Finished tasks of one outcome at one POP. */
  readonly tasksInColumn: (column: number, outcome: Outcome) => number;
  /** Run-length text of `rows` rows from `fromRow` on, row by row; of all rows by default. */
  readonly encode: (fromRow?: number, rows?: number) => string;
}

/** A grid of tasks that were not tried. */
export function createTaskGrid(shape: GridShape): TaskGrid {
  return gridOf(shape, new Uint8Array(shape.rows * shape.columns).fill(PENDING));
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
  return gridOf(shape, cells);
}

function gridOf(shape: GridShape, cells: Uint8Array): TaskGrid {
  const { rows, columns, depth } = shape;
  const counts = countCells(shape, cells);
  const cellAt = (row: number, column: number) => cells[row * columns + column] ?? 0;

  const write = (row: number, column: number, cell: number): void => {
    const old = cellAt(row, column);
    if (old === cell) return;
    counts.add(row, column, { cell: old, tasks: -1 });
    counts.add(row, column, { cell, tasks: 1 });
    cells[row * columns + column] = cell;
  };
  const close = (row: number, column: number, outcome: Outcome): void => {
    if (!isFinalCell(cellAt(row, column))) write(row, column, codeOfOutcome(outcome));
  };
  const eachCell = (visit: (row: number, column: number) => void): void => {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) visit(row, column);
    }
  };

  return {
    ...counts.readers,
    rows,
    columns,
    depth,
    cellAt,
    recordOutcome: (row, column, outcomeCode) =>
      write(row, column, afterOutcome(cellAt(row, column), outcomeCode)),
    recordLoss: (row, column) => write(row, column, afterLoss(cellAt(row, column))),
    close,
    closeRow: (row, outcome) => {
      for (let column = 0; column < columns; column += 1) close(row, column, outcome);
    },
    settlePending: () =>
      eachCell((row, column) => write(row, column, atClose(cellAt(row, column)))),
    encode: (fromRow = 0, pageRows = rows) =>
      encodeRuns(cells.subarray(fromRow * columns, (fromRow + pageRows) * columns)),
  };
}

type CellChange = { readonly cell: number; readonly tasks: 1 | -1 };

/** Counts by row and column, kept as cells change: reports and closing rules ask them often. */
function countCells({ rows, columns, depth }: GridShape, cells: Uint8Array) {
  const isWarmed = warmedTable(depth);
  const byCell = new Int32Array(CELL_CODES);
  const byColumn = new Int32Array(columns * CELL_CODES);
  const warmedByRow = new Int32Array(rows);
  const pendingByRow = new Int32Array(rows);
  const warmedByColumn = new Int32Array(columns);
  const pendingByColumn = new Int32Array(columns);
  let warmed = 0;
  let pending = 0;

  const add = (row: number, column: number, { cell, tasks }: CellChange): void => {
    bump(byCell, cell, tasks);
    bump(byColumn, column * CELL_CODES + cell, tasks);
    if (isWarmed[cell] === 1) {
      warmed += tasks;
      bump(warmedByRow, row, tasks);
      bump(warmedByColumn, column, tasks);
    } else if (!isFinalCell(cell)) {
      pending += tasks;
      bump(pendingByRow, row, tasks);
      bump(pendingByColumn, column, tasks);
    }
  };
  cells.forEach((cell, index) =>
    add(Math.floor(index / columns), index % columns, { cell, tasks: 1 }),
  );

  const readers = {
    totalTasks: cells.length,
    pendingTasks: () => pending,
    warmedTasks: () => warmed,
    failedTasks: () => cells.length - warmed - pending,
    tasksWith: (outcome: Outcome) => byCell[codeOfOutcome(outcome)] ?? 0,
    warmedInRow: (row: number) => warmedByRow[row] ?? 0,
    pendingInRow: (row: number) => pendingByRow[row] ?? 0,
    warmedInColumn: (column: number) => warmedByColumn[column] ?? 0,
    pendingInColumn: (column: number) => pendingByColumn[column] ?? 0,
    tasksInColumn: (column: number, outcome: Outcome) =>
      byColumn[column * CELL_CODES + codeOfOutcome(outcome)] ?? 0,
  };
  return { add, readers };
}

function bump(counts: Int32Array, index: number, by: number): void {
  counts[index] = (counts[index] ?? 0) + by;
}
