import { PENDING, firstTryOfCell, isFinalCell, outcomeOfCell } from '../cell.ts';
import type { Outcome } from '../outcome.ts';
import type { TaskGrid } from '../task-grid.ts';
import type { AreaLayout } from './area-layout.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { LeaderQueue } from './leader-queue.ts';
import { asksForAnotherLeader, closesRow } from './row-verdict.ts';

/** How one task of a batch ended. */
export type TaskEnd = {
  readonly row: number;
  readonly column: number;
  /** Character code of its outcome, or `.`. */
  readonly letter: number;
  /** Whether its worker died. */
  readonly isLost: boolean;
};

/** What a settlement writes to. */
export type SettlementInput = {
  readonly grid: TaskGrid;
  readonly layout: AreaLayout;
  readonly cells: CellsInFlight;
  readonly watch: ColumnWatch;
  readonly leaders: LeaderQueue;
  /** Called with a follower that has to be tried again. */
  readonly onTryAgain: (row: number, column: number) => void;
};

/** Makes the function that writes the end of one task, and all that follows for its URL and POP. */
export function createSettlement(input: SettlementInput): (end: TaskEnd) => void {
  const { grid, cells, watch } = input;
  const closedRows = new Map<number, Outcome>();

  const closeRow = (row: number, outcome: Outcome): void => {
    closedRows.set(row, outcome);
    for (let column = 0; column < grid.columns; column += 1) {
      if (cells.isFree(row, column)) grid.close(row, column, outcome);
    }
  };
  const record = ({ row, column, letter, isLost }: TaskEnd): void => {
    const outcome = outcomeOfCell(letter);
    if (outcome !== undefined) {
      grid.recordOutcome(row, column, letter);
      watch.noteTry(column, outcome);
      if (closesRow(grid, row, outcome)) closeRow(row, outcome);
    } else if (isLost || letter !== PENDING) {
      // A letter unknown here is a newer worker's: as with a death, only two more tries are left.
      grid.recordLoss(row, column);
    }
  };
  /** Ends a cell whose URL or POP was given up while it was in flight. */
  const closeLate = (row: number, column: number): void => {
    const outcome = closedRows.get(row);
    if (outcome !== undefined) grid.close(row, column, outcome);
    else if (watch.isClosed(column) && cells.isFree(row, column)) watch.closeCell(row, column);
  };

  return (end) => {
    const { row, column } = end;
    cells.remove(row, column);
    record(end);
    const tried = triedOutcome(grid.cellAt(row, column), end.letter);
    closeLate(row, column);
    const group = input.layout.groupOf(row, column);
    if (input.leaders.isLeading(row, group)) endLeader(input.leaders, { row, group, tried });
    else if (cells.isFree(row, column)) input.onTryAgain(row, column);
  };
}

type LeaderEnd = {
  readonly row: number;
  readonly group: number;
  readonly tried: Outcome | undefined;
};

function endLeader(leaders: LeaderQueue, { row, group, tried }: LeaderEnd): void {
  if (tried === undefined) leaders.putBack(row, group);
  else if (asksForAnotherLeader(tried)) leaders.noteFailedLeaders(row, group, 1);
  else leaders.open(row, group);
}

/** What the try gave: its outcome, `worker_lost` at the third death, or nothing. */
function triedOutcome(cell: number, letter: number): Outcome | undefined {
  return outcomeOfCell(letter) ?? outcomeOfCell(cell);
}

/** Brings the leader queue to where a grid stands: groups that have had leaders don't wait for their first. */
export function resumeLeaders({
  grid,
  layout,
  leaders,
}: Pick<SettlementInput, 'grid' | 'layout' | 'leaders'>): void {
  for (let row = 0; row < grid.rows; row += 1) {
    for (const group of layout.groupsOf(row)) {
      const { failedLeaders, isReached } = evidenceOf(grid, row, layout.columnsOf(group));
      if (isReached || grid.pendingInRow(row) === 0) leaders.open(row, group);
      else if (failedLeaders > 0) leaders.noteFailedLeaders(row, group, failedLeaders);
    }
  }
}

function evidenceOf(grid: TaskGrid, row: number, columns: readonly number[]) {
  let failedLeaders = 0;
  let isReached = false;
  for (const column of columns) {
    const cell = grid.cellAt(row, column);
    const outcome = isFinalCell(cell) ? outcomeOfCell(cell) : firstTryOfCell(cell);
    if (outcome === undefined || outcome === 'pop_unreachable') continue;
    if (asksForAnotherLeader(outcome)) failedLeaders += 1;
    else isReached = true;
  }
  return { failedLeaders, isReached };
}
