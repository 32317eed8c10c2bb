import { firstTryOfCell, hasHistory, isFinalCell } from '../cell.ts';
import type { TaskGrid } from '../task-grid.ts';

/** Which cells of the grid are in batches, and which may be handed out. */
export interface CellsInFlight {
  readonly tasks: () => number;
  readonly tasksInColumn: (column: number) => number;
  readonly add: (row: number, column: number) => void;
  readonly remove: (row: number, column: number) => void;
  /** Pending, and in no batch. */
  readonly isFree: (row: number, column: number) => boolean;
  /** Free, and never tried or lost. */
  readonly isUntouched: (row: number, column: number) => boolean;
  /** Free, and not tried to an outcome: may lead its group. */
  readonly mayLead: (row: number, column: number) => boolean;
}

/** Starts with nothing in flight. */
export function createCellsInFlight(grid: TaskGrid): CellsInFlight {
  const isInFlight = new Uint8Array(grid.totalTasks);
  const byColumn = new Int32Array(grid.columns);
  let tasks = 0;

  const isFree = (row: number, column: number) =>
    isInFlight[row * grid.columns + column] !== 1 && !isFinalCell(grid.cellAt(row, column));
  const mark = (row: number, column: number, isAdded: boolean) => {
    const by = isAdded ? 1 : -1;
    isInFlight[row * grid.columns + column] = isAdded ? 1 : 0;
    byColumn[column] = (byColumn[column] ?? 0) + by;
    tasks += by;
  };
  return {
    tasks: () => tasks,
    tasksInColumn: (column) => byColumn[column] ?? 0,
    add: (row, column) => mark(row, column, true),
    remove: (row, column) => mark(row, column, false),
    isFree,
    isUntouched: (row, column) => isFree(row, column) && !hasHistory(grid.cellAt(row, column)),
    mayLead: (row, column) =>
      isFree(row, column) && firstTryOfCell(grid.cellAt(row, column)) === undefined,
  };
}
