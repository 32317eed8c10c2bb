import { firstTryOfCell, hasHistory, isFinalCell } from '../cell.ts';
import type { TaskGrid } from '../task-grid.ts';

/** Which cells of the grid are in batches, and which may be handed out. */
export class CellsInFlight {
  readonly #grid: TaskGrid;
  readonly #isInFlight: Uint8Array;
  readonly #byColumn: Int32Array;
  #tasks = 0;

  /** Starts with nothing in flight. */
  constructor(grid: TaskGrid) {
    this.#grid = grid;
    this.#isInFlight = new Uint8Array(grid.totalTasks);
    this.#byColumn = new Int32Array(grid.columns);
  }

  tasks(): number {
    return this.#tasks;
  }

  tasksInColumn(column: number): number {
    return this.#byColumn[column] ?? 0;
  }

  add(row: number, column: number): void {
    this.#isInFlight[row * this.#grid.columns + column] = 1;
    this.#byColumn[column] = this.tasksInColumn(column) + 1;
    this.#tasks += 1;
  }

  remove(row: number, column: number): void {
    this.#isInFlight[row * this.#grid.columns + column] = 0;
    this.#byColumn[column] = this.tasksInColumn(column) - 1;
    this.#tasks -= 1;
  }

  /** Pending, and in no batch. */
  isFree(row: number, column: number): boolean {
    return (
      this.#isInFlight[row * this.#grid.columns + column] !== 1 &&
      !isFinalCell(this.#grid.cellAt(row, column))
    );
  }

  /** Free, and never tried or lost. */
  isUntouched(row: number, column: number): boolean {
    return this.isFree(row, column) && !hasHistory(this.#grid.cellAt(row, column));
  }

  /** Free, and not tried to an outcome: may lead its group. */
  mayLead(row: number, column: number): boolean {
    return this.isFree(row, column) && firstTryOfCell(this.#grid.cellAt(row, column)) === undefined;
  }
}
