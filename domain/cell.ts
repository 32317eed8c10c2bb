/**
 * One cell of the task grid: what is known of one fetch task, as one character code.
 *
 * `.` not tried; a lower-case letter: its final outcome; the upper-case letter of an outcome worth
 * another try: tried once, will be tried once more; `-` and `=`: its worker died, once and twice.
 * (Not `1` and `2`: digits are counts in run-length text.) Each change goes forward, so every cell
 * ends after at most four tries.
 */

import { OUTCOMES, OUTCOME_NAMES, countsAsWarmed } from './outcome.ts';
import type { Depth, Outcome } from './outcome.ts';

/** Character code of a task that was not tried: `.`. */
export const PENDING = 46;

/** Character code of a task whose worker died once: `-`. */
export const LOST_ONCE = 45;

/** Character code of a task whose worker died twice: `=`. */
export const LOST_TWICE = 61;

/** Cells are ASCII: tables by character code have this length. */
export const CELL_CODES = 128;

const UPPER_TO_LOWER = 32;
const WORKER_LOST = codeOfOutcome('worker_lost');

/** Character code of an outcome's letter, which is what a finished cell holds. */
export function codeOfOutcome(outcome: Outcome): number {
  return OUTCOMES[outcome].letter.charCodeAt(0);
}

// Tables by character code, and no maps: they are asked several times for each fetch task.
const OUTCOME_BY_CODE = Array.from({ length: CELL_CODES }, (_, code) =>
  OUTCOME_NAMES.find((outcome) => codeOfOutcome(outcome) === code),
);
const IS_FINAL = cellTable(() => true);
const IS_RETRYABLE = cellTable((outcome) => OUTCOMES[outcome].retry);
const FIRST_TRY_BY_CODE = Array.from({ length: CELL_CODES }, (_, code) =>
  IS_RETRYABLE[code + UPPER_TO_LOWER] === 1 ? OUTCOME_BY_CODE[code + UPPER_TO_LOWER] : undefined,
);

/** The outcome that a finished cell holds; undefined while it is pending. */
export function outcomeOfCell(cell: number): Outcome | undefined {
  return OUTCOME_BY_CODE[cell];
}

/** The outcome of the first try of a cell that will be tried once more; undefined for all others. */
export function firstTryOfCell(cell: number): Outcome | undefined {
  return FIRST_TRY_BY_CODE[cell];
}

/** Whether a cell holds its final outcome. */
export function isFinalCell(cell: number): boolean {
  return IS_FINAL[cell] === 1;
}

/** Whether a pending cell was tried or lost before: it goes to the end of the queue. */
export function hasHistory(cell: number): boolean {
  return cell !== PENDING && IS_FINAL[cell] !== 1;
}

/** Whether a character code can stand in a task grid. */
export function isCell(cell: number): boolean {
  return (
    cell === PENDING ||
    cell === LOST_ONCE ||
    cell === LOST_TWICE ||
    IS_FINAL[cell] === 1 ||
    firstTryOfCell(cell) !== undefined
  );
}

/** The cell after a try ended with an outcome. A finished cell stays as it is. */
export function afterOutcome(cell: number, outcomeCode: number): number {
  if (IS_FINAL[cell] === 1) return cell;
  const isFirstTry = cell === PENDING;
  return isFirstTry && IS_RETRYABLE[outcomeCode] === 1 ? outcomeCode - UPPER_TO_LOWER : outcomeCode;
}

/** The cell after the worker that held it died. A finished cell stays as it is. */
export function afterLoss(cell: number): number {
  if (IS_FINAL[cell] === 1) return cell;
  if (cell === PENDING) return LOST_ONCE;
  return cell === LOST_TWICE ? WORKER_LOST : LOST_TWICE;
}

/** The cell at the end of a request: a first try's outcome is final then, an untried one stays pending. */
export function atClose(cell: number): number {
  return firstTryOfCell(cell) === undefined ? cell : cell + UPPER_TO_LOWER;
}

/** By character code, 1 where a cell counts as warmed in a request of the given depth. */
export function warmedTable(depth: Depth): Uint8Array {
  return cellTable((outcome) => countsAsWarmed(outcome, depth));
}

/** By character code, 1 where a finished cell's outcome matches; 0 for all other cells. */
export function cellTable(matches: (outcome: Outcome) => boolean): Uint8Array {
  return Uint8Array.from(OUTCOME_BY_CODE, (outcome) =>
    outcome !== undefined && matches(outcome) ? 1 : 0,
  );
}
