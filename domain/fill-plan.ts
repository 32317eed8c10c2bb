/**
 * The fill plan: which fetch tasks go next, in batches.
 *
 * Leaders first (one POP for each URL and regional area), then their followers, largest objects
 * first, then what has to be tried again. Pure and deterministic, and made anew from the grid and
 * the sizes at any time: after continue-as-new nothing else is known.
 */

import { POPS_OF_BATCH, TASKS_PER_POP } from './batch-spread.ts';
import { PENDING } from './cell.ts';
import { createAreaLayout } from './fill/area-layout.ts';
import { createBatchBuilder } from './fill/batch-builder.ts';
import type { BatchLimits, PlannedBatch } from './fill/batch-builder.ts';
import { createCellsInFlight } from './fill/cells-in-flight.ts';
import { createColumnWatch } from './fill/column-watch.ts';
import { FollowerQueue } from './fill/follower-queue.ts';
import { LeaderQueue } from './fill/leader-queue.ts';
import { RetryQueue } from './fill/retry-queue.ts';
import { createSettlement, resumeLeaders } from './fill/settlement.ts';
import type { TaskSource } from './fill/task-source.ts';
import type { SizeTable } from './sizes.ts';
import type { TaskGrid } from './task-grid.ts';

export type { BatchLimits, PlannedBatch, PlannedColumn } from './fill/batch-builder.ts';

/** What a plan is made from. */
export type FillPlanInput = {
  /** Read when the plan is made, and written by {@link FillPlan.settle}. */
  readonly grid: TaskGrid;
  /** Name of the regional area behind a POP. */
  readonly areaOfColumn: (column: number) => string;
  /** Whether a URL's distribution has Origin Shield: one leader in all. Asked once for each row. */
  readonly isShieldedRow: (row: number) => boolean;
  /** Live: record the sizes that a batch measured before settling it. */
  readonly sizes: Pick<SizeTable, 'bytesOf' | 'meanBytes'>;
  /** Bytes of a URL as JSON. */
  readonly urlBytes: (row: number) => number;
};

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

/** Plans the fetch tasks of a request. */
export interface FillPlan {
  /**
   * The next batch; undefined when nothing can be handed out now. While tasks are left and nothing
   * is in flight there is always one.
   */
  readonly next: (limits: BatchLimits) => PlannedBatch | undefined;
  /** Writes what a batch brought into the grid, and plans the rest of it again. Once for each batch. */
  readonly settle: (batch: PlannedBatch, end: BatchEnd) => void;
  /** Plans all tasks of a batch again; none of them was tried. */
  readonly giveBack: (batch: PlannedBatch) => void;
  /**
   * Tasks that the next batches can be made of: the leaders that wait, or else what follows and what
   * is tried again. An upper bound of at least 1 while there is a next batch.
   */
  readonly readyTasks: () => number;
  /** Tasks not finished and in no batch. */
  readonly remainingTasks: () => number;
  /** Tasks of the batches handed out and not settled. */
  readonly inFlightTasks: () => number;
  /** Whether every task is finished: nothing is left, nothing in flight. */
  readonly isExhausted: () => boolean;
}

/** Makes a plan for all pending tasks of a grid. Takes time linear in its cells. */
export function createFillPlan(input: FillPlanInput): FillPlan {
  const { grid } = input;
  const parts = createParts(input);
  const { cells, leaders, followers, retries } = parts;
  const settleTask = createSettlement({
    ...parts,
    grid,
    onTryAgain: (row, column) => retries.add(row, column),
  });
  resumeLeaders({ ...parts, grid });

  const remainingTasks = () => grid.pendingTasks() - cells.tasks();
  const settle = (batch: PlannedBatch, { letters, isLost }: BatchEnd): void => {
    let task = 0;
    for (const { column, rows } of batch.columns) {
      for (const row of rows) {
        settleTask({ row, column, letter: letters[task] ?? PENDING, isLost });
        task += 1;
      }
    }
  };

  return {
    next: (limits) =>
      planBatch(parts, leaders, { ...limits, kind: 'leaders' }) ??
      planBatch(parts, followers, { ...limits, kind: 'followers' }) ??
      planBatch(parts, retries, { ...limits, kind: 'retries' }),
    settle,
    giveBack: (batch) => settle(batch, { letters: new Uint8Array(0), isLost: false }),
    readyTasks: () => {
      const ready = leaders.waiting() || followers.entries() + retries.entries();
      return Math.min(ready, remainingTasks());
    },
    remainingTasks,
    inFlightTasks: cells.tasks,
    isExhausted: () => grid.pendingTasks() === 0,
  };
}

/** The queues of a plan, wired: leaders open groups for followers, tried followers wait for retries. */
function createParts(input: FillPlanInput) {
  const { grid, sizes, urlBytes } = input;
  const isShielded = Uint8Array.from({ length: grid.rows }, (_, row) =>
    input.isShieldedRow(row) ? 1 : 0,
  );
  const layout = createAreaLayout({
    columns: grid.columns,
    areaOfColumn: input.areaOfColumn,
    isShieldedRow: (row) => isShielded[row] === 1,
  });
  const cells = createCellsInFlight(grid);
  const watch = createColumnWatch(grid, cells);
  const retries = new RetryQueue(layout, cells);
  const followers = new FollowerQueue({
    layout,
    cells,
    onTriedBefore: (row, column) => retries.add(row, column),
  });
  const expectedBytesOf = (row: number) => sizes.bytesOf(row) ?? Math.round(sizes.meanBytes());
  const leaders = new LeaderQueue({
    rows: grid.rows,
    layout,
    cells,
    onOpen: (row, group) => {
      if (grid.pendingInRow(row) > 0) followers.add(group, row, expectedBytesOf(row));
    },
  });
  return { layout, cells, watch, retries, followers, leaders, expectedBytesOf, urlBytes };
}

/** Fills a batch from one queue: with its share of one POP's tasks, then with the next POP's. */
function planBatch(
  { layout, cells, watch, expectedBytesOf, urlBytes }: ReturnType<typeof createParts>,
  source: TaskSource,
  limits: BatchLimits & Pick<PlannedBatch, 'kind'>,
): PlannedBatch | undefined {
  const first = source.entries() === 0 ? undefined : source.findColumn(watch.hasRoom);
  if (first === undefined) return undefined;
  const batch = createBatchBuilder({ ...limits, expectedBytesOf, urlBytes });
  const evenShare = Math.ceil(limits.maximumTasks / Math.min(POPS_OF_BATCH, layout.columns));
  const shareTasks = Math.max(TASKS_PER_POP, evenShare);
  for (const column of layout.goingOnFrom(first)) {
    const fits = (row: number) => batch.fits(column, row);
    for (let taken = 0; taken < shareTasks && watch.hasRoom(column); taken += 1) {
      const row = source.take(column, fits);
      if (row === undefined) break;
      batch.add(column, row);
      cells.add(row, column);
    }
    if (batch.isFull() || source.entries() === 0) break;
  }
  return batch.build();
}
