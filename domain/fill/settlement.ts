import { LOST_ONCE, PENDING, codeOfOutcome, isFinalCell, outcomeOfCell } from '../cell.ts';
import type { Outcome } from '../outcome.ts';
import type { TaskGrid } from '../task-grid.ts';
import type { AreaLayout } from './area-layout.ts';
import type { PlannedBatch } from './batch-builder.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { LeaderQueue } from './leader-queue.ts';
import type { RetryQueue } from './retry-queue.ts';
import { asksForAnotherLeader, closesRow } from './row-verdict.ts';

/** How a batch ended. */
export type BatchEnd = {
  /**
   * Character codes of outcome letters in task order; `.`, or nothing at the end, for a task without
   * outcome.
   */
  readonly letters: Uint8Array;
  /** Whether the worker died: tasks without outcome count as lost, else as handed back. */
  readonly isLost: boolean;
};

/** What a settlement writes to. */
export type SettlementInput = {
  readonly grid: TaskGrid;
  readonly layout: AreaLayout;
  readonly cells: CellsInFlight;
  readonly watch: ColumnWatch;
  readonly leaders: LeaderQueue;
  /** Gets each follower that has to be tried again. */
  readonly retries: RetryQueue;
};

/** Stands for the death of a task's worker where a letter is expected: no outcome has it. */
const LOST = LOST_ONCE;

/** Writes the ends of tasks, and all that follows for their URLs and POPs. */
export class Settlement {
  readonly #input: SettlementInput;
  /** By row: the letter that ended the URL at all POPs, or 0. */
  readonly #closedAs: Uint8Array;

  constructor(input: SettlementInput) {
    this.#input = input;
    this.#closedAs = new Uint8Array(input.grid.rows);
  }

  /** Writes the ends of a batch's tasks. */
  settle(batch: PlannedBatch, { letters, isLost }: BatchEnd): void {
    let task = 0;
    for (const { column, rows } of batch.columns) {
      for (const row of rows) {
        const letter = letters[task] ?? PENDING;
        this.#endTask(row, column, letter === PENDING && isLost ? LOST : letter);
        task += 1;
      }
    }
  }

  #endTask(row: number, column: number, letter: number): void {
    const { grid, layout, cells, leaders, retries } = this.#input;
    cells.remove(row, column);
    this.#record(row, column, letter);
    // The third death of a worker is the cell's outcome, and no letter's.
    const tried = isFinalCell(letter) ? letter : grid.cellAt(row, column);
    this.#closeLate(row, column);
    const group = layout.groupOf(row, column);
    if (leaders.isLeading(row, group)) this.#endLeader(row, group, tried);
    else if (cells.isFree(row, column)) retries.add(row, column);
  }

  #record(row: number, column: number, letter: number): void {
    const { grid, watch } = this.#input;
    const outcome = outcomeOfCell(letter);
    if (outcome !== undefined) {
      grid.recordOutcome(row, column, letter);
      watch.noteTry(column, outcome);
      if (closesRow(grid, row, letter)) this.#closeRow(row, outcome);
    } else if (letter !== PENDING) {
      // A letter unknown here is a newer worker's: as with a death, only two more tries are left.
      grid.recordLoss(row, column);
    }
  }

  #closeRow(row: number, outcome: Outcome): void {
    const { grid, cells } = this.#input;
    this.#closedAs[row] = codeOfOutcome(outcome);
    for (let column = 0; column < grid.columns; column += 1) {
      if (cells.isFree(row, column)) grid.close(row, column, outcome);
    }
  }

  /** Ends a cell whose URL or POP was given up while it was in flight. */
  #closeLate(row: number, column: number): void {
    const { grid, watch, cells } = this.#input;
    const outcome = outcomeOfCell(this.#closedAs[row] ?? 0);
    if (outcome !== undefined) grid.close(row, column, outcome);
    else if (watch.isClosed(column) && cells.isFree(row, column)) watch.closeCell(row, column);
  }

  #endLeader(row: number, group: number, tried: number): void {
    const { leaders } = this.#input;
    if (!isFinalCell(tried)) leaders.putBack(row, group);
    else if (asksForAnotherLeader(tried)) leaders.noteFailedLeaders(row, group, 1);
    else leaders.open(row, group);
  }
}
