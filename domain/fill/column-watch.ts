import { CELL_CODES, codeOfOutcome, firstTryOfCell, isFinalCell, outcomeOfCell } from '../cell.ts';
import type { Outcome } from '../outcome.ts';
import { OUTCOMES } from '../outcome.ts';
import type { TaskGrid } from '../task-grid.ts';
import type { CellsInFlight } from './cells-in-flight.ts';

/** Connections that a POP has to refuse, with not one answer, before it counts as unreachable. */
const PROBE_TASKS = 16;

/** Finds POPs that accept no connection, before thousands of tasks have waited for one. */
export class ColumnWatch {
  readonly #grid: TaskGrid;
  readonly #cells: CellsInFlight;
  readonly #hasAnswered: Uint8Array;
  readonly #failedTries: Int32Array;
  readonly #isClosed: Uint8Array;

  /** Watches the POPs of a grid, knowing what it already holds. */
  constructor(grid: TaskGrid, cells: CellsInFlight) {
    this.#grid = grid;
    this.#cells = cells;
    this.#hasAnswered = new Uint8Array(grid.columns);
    this.#failedTries = new Int32Array(grid.columns);
    this.#isClosed = new Uint8Array(grid.columns);
    for (let column = 0; column < grid.columns; column += 1) this.#learnFromGrid(column);
  }

  /** Whether one more task may go to a POP: to one that never answered, 16 at a time. */
  hasRoom(column: number): boolean {
    return (
      this.#hasAnswered[column] === 1 ||
      this.#isClosed[column] === 1 ||
      this.#cells.tasksInColumn(column) < PROBE_TASKS
    );
  }

  /** Learns from a try; closes the POP's column when it was the last straw. */
  noteTry(column: number, outcome: Outcome): void {
    this.#learn(column, outcome, 1);
    if (this.#hasAnswered[column] === 1 || this.#isClosed[column] === 1) return;
    if ((this.#failedTries[column] ?? 0) >= PROBE_TASKS) this.#closeColumn(column);
  }

  /** Whether a POP was given up. */
  isClosed(column: number): boolean {
    return this.#isClosed[column] === 1;
  }

  /** Ends a free cell of a POP that was given up. */
  closeCell(row: number, column: number): void {
    const firstTry = firstTryOfCell(this.#grid.cellAt(row, column));
    if (firstTry === undefined) this.#grid.close(row, column, 'pop_unreachable');
    else this.#grid.recordOutcome(row, column, codeOfOutcome(firstTry));
  }

  #learnFromGrid(column: number): void {
    for (let cell = 0; cell < CELL_CODES; cell += 1) {
      const tries = this.#grid.cellsInColumn(column, cell);
      const outcome = tries === 0 ? undefined : triedOutcome(cell);
      if (outcome !== undefined) this.#learn(column, outcome, tries);
    }
  }

  #learn(column: number, outcome: Outcome, tries: number): void {
    if (outcome !== 'connect_failed') this.#hasAnswered[column] = 1;
    else this.#failedTries[column] = (this.#failedTries[column] ?? 0) + tries;
  }

  #closeColumn(column: number): void {
    this.#isClosed[column] = 1;
    for (let row = 0; row < this.#grid.rows; row += 1) {
      if (this.#cells.isFree(row, column)) this.closeCell(row, column);
    }
  }
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
