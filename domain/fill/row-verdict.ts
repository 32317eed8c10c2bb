import { outcomeOfCell } from '../cell.ts';
import { OUTCOMES } from '../outcome.ts';
import type { Outcome } from '../outcome.ts';
import type { TaskGrid } from '../task-grid.ts';

const CONFIRMATIONS = 2;

/**
 * Whether an outcome got through one POP ends its URL at all POPs.
 *
 * Some do at once, some when a second POP says the same; none does where the URL was fetched
 * through another POP, since that POP's fault is the likelier reason then.
 *
 * @param outcome final outcome that was just written into a cell of the row.
 */
export function closesRow(grid: TaskGrid, row: number, outcome: Outcome): boolean {
  const { closes } = OUTCOMES[outcome];
  if (closes === 'never' || grid.warmedInRow(row) > 0) return false;
  let same = 0;
  for (let column = 0; column < grid.columns; column += 1) {
    const other = outcomeOfCell(grid.cellAt(row, column));
    if (other === 'regional') return false;
    if (other === outcome) same += 1;
  }
  return closes === 'at once' || same >= CONFIRMATIONS;
}

/**
 * Whether an outcome of a leader leaves it open if its regional edge cache holds the object: another
 * POP of the area has to try before the followers go.
 */
export function asksForAnotherLeader(outcome: Outcome): boolean {
  const { retry, closes } = OUTCOMES[outcome];
  return (
    retry ||
    closes === 'confirmed' ||
    outcome === 'not_cloudfront' ||
    outcome === 'tls_failed' ||
    outcome === 'worker_lost'
  );
}
