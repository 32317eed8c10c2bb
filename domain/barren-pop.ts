import type { Outcome } from './outcome.ts';
import type { TaskGrid } from './task-grid.ts';

/** Outcomes that say something about the POP or the way to it, not about the URL. */
const POP_FAULTS: readonly Outcome[] = [
  'connect_failed',
  'tls_failed',
  'timed_out',
  'too_slow',
  'truncated',
  'protocol_error',
  'sibling_pop',
  'wrong_pop',
  'not_cloudfront',
  'pop_unreachable',
];

/**
 * Whether nothing could be fetched through a POP, for a reason of its own: no task of its column is
 * pending, none reached a cache, and at least one failed on the way.
 */
export function isBarrenPop(grid: TaskGrid, column: number): boolean {
  if (grid.warmedInColumn(column) > 0 || grid.pendingInColumn(column) > 0) return false;
  if (grid.tasksInColumn(column, 'regional') > 0) return false;
  return POP_FAULTS.some((outcome) => grid.tasksInColumn(column, outcome) > 0);
}
