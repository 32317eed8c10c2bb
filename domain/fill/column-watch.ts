import { codeOfOutcome, firstTryOfCell, isFinalCell, outcomeOfCell } from '../cell.ts';
import type { Outcome } from '../outcome.ts';
import { OUTCOMES } from '../outcome.ts';
import type { TaskGrid } from '../task-grid.ts';
import type { CellsInFlight } from './cells-in-flight.ts';

/** Connections that a POP has to refuse, with not one answer, before it counts as unreachable. */
const PROBE_TASKS = 16;

/** Finds POPs that accept no connection, before thousands of tasks have waited for one. */
export interface ColumnWatch {
  /** Whether one more task may go to a POP: to one that never answered, 16 at a time. */
  readonly hasRoom: (column: number) => boolean;
  /** Learns from a try; closes the POP's column when it was the last straw. */
  readonly noteTry: (column: number, outcome: Outcome) => void;
  /** Whether a POP was given up. */
  readonly isClosed: (column: number) => boolean;
  /** Ends a free cell of a POP that was given up. */
  readonly closeCell: (row: number, column: number) => void;
}

/** Watches the POPs of a grid, knowing what it already holds. */
export function createColumnWatch(grid: TaskGrid, cells: CellsInFlight): ColumnWatch {
  const hasAnswered = new Uint8Array(grid.columns);
  const failedTries = new Int32Array(grid.columns);
  const isClosed = new Uint8Array(grid.columns);

  const learn = (column: number, outcome: Outcome): void => {
    if (outcome === 'connect_failed') failedTries[column] = (failedTries[column] ?? 0) + 1;
    else hasAnswered[column] = 1;
  };
  for (let row = 0; row < grid.rows; row += 1) {
    for (let column = 0; column < grid.columns; column += 1) {
      const outcome = triedOutcome(grid.cellAt(row, column));
      if (outcome !== undefined) learn(column, outcome);
    }
  }
  const closeCell = (row: number, column: number): void => {
    const cell = grid.cellAt(row, column);
    const firstTry = firstTryOfCell(cell);
    if (firstTry === undefined) grid.close(row, column, 'pop_unreachable');
    else grid.recordOutcome(row, column, codeOfOutcome(firstTry));
  };
  const closeColumn = (column: number): void => {
    isClosed[column] = 1;
    for (let row = 0; row < grid.rows; row += 1) {
      if (cells.isFree(row, column)) closeCell(row, column);
    }
  };

  return {
    hasRoom: (column) =>
      hasAnswered[column] === 1 ||
      isClosed[column] === 1 ||
      cells.tasksInColumn(column) < PROBE_TASKS,
    noteTry: (column, outcome) => {
      learn(column, outcome);
      const isDead = hasAnswered[column] === 0 && (failedTries[column] ?? 0) >= PROBE_TASKS;
      if (isDead && isClosed[column] === 0) closeColumn(column);
    },
    isClosed: (column) => isClosed[column] === 1,
    closeCell,
  };
}

/** Outcomes that may stand in a cell without a fetch through its POP. */
const UNTRIED: ReadonlySet<Outcome> = new Set([
  'host_not_served',
  'pop_unreachable',
  'worker_lost',
]);

/** The outcome that a cell proves to have been got from its POP; closed URLs prove nothing. */
function triedOutcome(cell: number): Outcome | undefined {
  const outcome = outcomeOfCell(cell) ?? firstTryOfCell(cell);
  if (outcome === undefined || UNTRIED.has(outcome)) return undefined;
  return isFinalCell(cell) && OUTCOMES[outcome].closes !== 'never' ? undefined : outcome;
}
