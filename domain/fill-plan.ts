/**
 * The fill plan: which fetch tasks go next, in batches.
 *
 * Leaders first (one POP for each URL and regional area), then their followers, largest objects
 * first, then what has to be tried again. Pure and deterministic, and made anew from the grid and
 * the sizes at any time: after continue-as-new nothing else is known.
 *
 * Its parts are classes: functions made anew for each plan are compiled anew for each plan.
 */

import { POPS_OF_BATCH, TASKS_PER_POP } from './batch-spread.ts';
import { AreaLayout } from './fill/area-layout.ts';
import type { AreaLayoutInput } from './fill/area-layout.ts';
import { BatchBuilder } from './fill/batch-builder.ts';
import type { BatchBuilderInput, BatchLimits, PlannedBatch } from './fill/batch-builder.ts';
import { CellsInFlight } from './fill/cells-in-flight.ts';
import { ColumnWatch } from './fill/column-watch.ts';
import { FollowerQueue } from './fill/follower-queue.ts';
import { LeaderQueue } from './fill/leader-queue.ts';
import { resumeLeaders } from './fill/resume-leaders.ts';
import { RetryQueue } from './fill/retry-queue.ts';
import { Settlement } from './fill/settlement.ts';
import type { BatchEnd } from './fill/settlement.ts';
import type { TaskSource } from './fill/task-source.ts';
import { UrlNumbers } from './fill/url-numbers.ts';
import type { SizeTable } from './sizes.ts';
import type { TaskGrid } from './task-grid.ts';

export type { BatchLimits, PlannedBatch, PlannedColumn } from './fill/batch-builder.ts';
export type { BatchEnd } from './fill/settlement.ts';

/** What a plan is made from. */
export type FillPlanInput = Pick<AreaLayoutInput, 'areaOfColumn' | 'isShieldedRow'> & {
  /** Read when the plan is made, and written by {@link FillPlan.settle}. */
  readonly grid: TaskGrid;
  /** Live: record the sizes that a batch measured before settling it. */
  readonly sizes: Pick<SizeTable, 'expectedBytesOf'>;
  /** Bytes of a URL as JSON. Asked once for each row, as whether it is shielded is. */
  readonly urlBytes: (row: number) => number;
};

/** What a batch takes from a POP before it goes on to the next one. */
type Share = { readonly column: number; readonly tasks: number };

/** Plans the fetch tasks of a request. */
export class FillPlan {
  readonly #grid: TaskGrid;
  readonly #layout: AreaLayout;
  readonly #cells: CellsInFlight;
  readonly #watch: ColumnWatch;
  readonly #retries: RetryQueue;
  readonly #followers: FollowerQueue;
  readonly #leaders: LeaderQueue;
  readonly #settlement: Settlement;
  readonly #batchInput: BatchBuilderInput;

  /** Plans all pending tasks of a grid. Takes time linear in its cells, or in its URLs at a request's start. */
  constructor(input: FillPlanInput) {
    const { grid, sizes } = input;
    const { rows, columns } = grid;
    const layout = new AreaLayout({ ...input, rows, columns });
    const cells = new CellsInFlight(grid);
    const watch = new ColumnWatch(grid, cells);
    // Leaders open groups for followers; followers that were tried wait for retries.
    const retries = new RetryQueue(layout, cells);
    const followers = new FollowerQueue({ grid, sizes, layout, cells, retries });
    const leaders = new LeaderQueue({ rows, layout, cells, followers });
    this.#grid = grid;
    this.#layout = layout;
    this.#cells = cells;
    this.#watch = watch;
    this.#retries = retries;
    this.#followers = followers;
    this.#leaders = leaders;
    this.#settlement = new Settlement({ grid, layout, cells, watch, leaders, retries });
    this.#batchInput = {
      cells,
      sizes,
      urlBytes: urlBytesTable(rows, input.urlBytes),
      numbers: new UrlNumbers(rows),
    };
    resumeLeaders({ grid, layout, leaders });
  }

  /**
   * The next batch; undefined when nothing can be handed out now. While tasks are left and nothing
   * is in flight there is always one.
   */
  next(limits: BatchLimits): PlannedBatch | undefined {
    return (
      this.#fillBatch(limits, this.#leaders)?.build('leaders') ??
      this.#fillBatch(limits, this.#followers)?.build('followers') ??
      this.#fillBatch(limits, this.#retries)?.build('retries')
    );
  }

  /** Writes what a batch brought into the grid, and plans the rest of it again. Once for each batch. */
  settle(batch: PlannedBatch, end: BatchEnd): void {
    this.#settlement.settle(batch, end);
  }

  /** Plans all tasks of a batch again; none of them was tried. */
  giveBack(batch: PlannedBatch): void {
    this.settle(batch, { letters: new Uint8Array(0), isLost: false });
  }

  /**
   * Tasks that the next batches can be made of: the leaders that wait, or else what follows and what
   * is tried again. An upper bound of at least 1 while there is a next batch.
   */
  readyTasks(): number {
    const ready = this.#leaders.waiting() || this.#followers.entries() + this.#retries.entries();
    return Math.min(ready, this.remainingTasks());
  }

  /** Tasks not finished and in no batch. */
  remainingTasks(): number {
    return this.#grid.pendingTasks() - this.#cells.tasks();
  }

  /** Tasks of the batches handed out and not settled. */
  inFlightTasks(): number {
    return this.#cells.tasks();
  }

  /** Whether every task is finished: nothing is left, nothing in flight. */
  isExhausted(): boolean {
    return this.#grid.pendingTasks() === 0;
  }

  /**
   * Fills a batch from one queue: with its share of one POP's tasks, then with the next POP's, and,
   * where it has room after all of them, in turn with another share of those that have more.
   */
  #fillBatch(limits: BatchLimits, source: TaskSource): BatchBuilder | undefined {
    const first = source.entries() === 0 ? undefined : source.findColumn(this.#watch);
    if (first === undefined) return undefined;
    const { columns } = this.#layout;
    const batch = new BatchBuilder(this.#batchInput, limits);
    const evenShare = Math.ceil(limits.maximumTasks / Math.min(POPS_OF_BATCH, columns));
    const tasks = Math.max(TASKS_PER_POP, evenShare);
    const comesAgain: number[] = [];
    for (let turn = 0; turn < columns + comesAgain.length; turn += 1) {
      const column =
        turn < columns ? this.#layout.goingOn(first, turn) : (comesAgain[turn - columns] ?? first);
      if (this.#takeShare(batch, source, { column, tasks })) comesAgain.push(column);
      if (batch.isFull() || source.entries() === 0) break;
    }
    return batch;
  }

  /** Moves a share of a POP's tasks into a batch. False when it had less that may go. */
  #takeShare(batch: BatchBuilder, source: TaskSource, { column, tasks }: Share): boolean {
    batch.goOnTo(column);
    for (let taken = 0; taken < tasks; taken += 1) {
      if (!this.#watch.hasRoom(column) || !source.take(column, batch)) return false;
    }
    return true;
  }
}

function urlBytesTable(rows: number, urlBytes: (row: number) => number): Int32Array {
  const table = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) table[row] = urlBytes(row);
  return table;
}
