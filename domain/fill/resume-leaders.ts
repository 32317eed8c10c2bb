import { atClose, codeOfOutcome, isFinalCell } from '../cell.ts';
import type { TaskGrid } from '../task-grid.ts';
import type { AreaLayout } from './area-layout.ts';
import type { LeaderQueue } from './leader-queue.ts';
import { asksForAnotherLeader } from './row-verdict.ts';

const POP_UNREACHABLE = codeOfOutcome('pop_unreachable');

/** What brings a leader queue to where a grid stands. */
export type ResumeLeadersInput = {
  readonly grid: TaskGrid;
  readonly layout: AreaLayout;
  readonly leaders: LeaderQueue;
};

/** Brings the leader queue to where a grid stands: groups that have had leaders don't wait for their first. */
export function resumeLeaders({ grid, layout, leaders }: ResumeLeadersInput): void {
  // A request begins with URLs that nothing was tried of, or that were closed whole: up to millions
  // of cells that need no look.
  const hasFirstTries = grid.untriedTasks() < grid.pendingTasks();
  for (let row = 0; row < grid.rows; row += 1) {
    const pendingTasks = grid.pendingInRow(row);
    if (pendingTasks === grid.columns && !hasFirstTries) continue;
    for (const group of layout.groupsOf(row)) {
      if (pendingTasks === 0) leaders.open(row, group);
      else resumeLeader({ grid, layout, leaders }, row, group);
    }
  }
}

function resumeLeader({ grid, layout, leaders }: ResumeLeadersInput, row: number, group: number) {
  let failedLeaders = 0;
  for (const column of layout.columnsOf(group)) {
    // A first try is as good a leader as a last one.
    const outcome = atClose(grid.cellAt(row, column));
    if (!isFinalCell(outcome) || outcome === POP_UNREACHABLE) continue;
    if (!asksForAnotherLeader(outcome)) {
      leaders.open(row, group);
      return;
    }
    failedLeaders += 1;
  }
  if (failedLeaders > 0) leaders.noteFailedLeaders(row, group, failedLeaders);
}
