import { cellTable, codeOfOutcome } from '../cell.ts';
import { OUTCOMES } from '../outcome.ts';
import type { TaskGrid } from '../task-grid.ts';

const CONFIRMATIONS = 2;

const REGIONAL = codeOfOutcome('regional');
const CLOSES_AT_ONCE = cellTable((outcome) => OUTCOMES[outcome].closes === 'at once');
const CLOSES_CONFIRMED = cellTable((outcome) => OUTCOMES[outcome].closes === 'confirmed');
const ASKS_FOR_ANOTHER_LEADER = cellTable(
  (outcome) =>
    OUTCOMES[outcome].retry ||
    OUTCOMES[outcome].closes === 'confirmed' ||
    outcome === 'not_cloudfront' ||
    outcome === 'tls_failed' ||
    outcome === 'worker_lost',
);

/**
 * Whether an outcome got through one POP ends its URL at all POPs.
 *
 * Some do at once, some when a second POP says the same; none does where the URL was fetched
 * through another POP, since that POP's fault is the likelier reason then.
 *
 * @param letter character code of the outcome, which was just written into a cell of the row.
 */
export function closesRow(grid: TaskGrid, row: number, letter: number): boolean {
  const closesAtOnce = CLOSES_AT_ONCE[letter] === 1;
  if (!closesAtOnce && CLOSES_CONFIRMED[letter] !== 1) return false;
  if (grid.warmedInRow(row) > 0) return false;
  let same = 0;
  for (let column = 0; column < grid.columns; column += 1) {
    const other = grid.cellAt(row, column);
    if (other === REGIONAL) return false;
    if (other === letter) same += 1;
  }
  return closesAtOnce || same >= CONFIRMATIONS;
}

/**
 * Whether an outcome of a leader leaves it open if its regional edge cache holds the object: another
 * POP of the area has to try before the followers go.
 *
 * @param letter character code of the outcome.
 */
export function asksForAnotherLeader(letter: number): boolean {
  return ASKS_FOR_ANOTHER_LEADER[letter] === 1;
}
