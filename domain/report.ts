/** Rows of a request's reports: the contract's failures, and every fetch task. */

import { PENDING, outcomeOfCell } from './cell.ts';
import { csvLine } from './csv.ts';
import { OUTCOMES, countsAsWarmed } from './outcome.ts';
import type { Depth, Outcome } from './outcome.ts';
import type { FailedPop, RequestSample, ResultsPage } from './prewarm.ts';
import { decodeRuns } from './run-length.ts';
import { formatTimestamp } from './timestamp.ts';

/** One fetch task of a report. */
export type ReportTask = {
  readonly url: string;
  readonly pop: string;
  /** `pending` until its final outcome is known; for good when the request ended before. */
  readonly outcome: Outcome | 'pending';
  readonly bodyBytes?: number;
  readonly sample?: RequestSample;
};

const UNTRIED = 'not tried to an end before the request ended';

/** First line of the failures CSV. */
export const FAILURES_CSV_HEADER = csvLine(['pop', 'url', 'error', 'command']);

/** First line of the CSV of all fetch tasks. */
export const TASKS_CSV_HEADER = csvLine([
  'url',
  'pop',
  'outcome',
  'body_bytes',
  'status',
  'served_by',
  'message',
  'hint',
]);

/**
 * The fetch tasks of a page, row by row.
 *
 * @throws RangeError when the page's cells are malformed or are not its rows times its POPs.
 */
export function* tasksOfPage(page: ResultsPage): Generator<ReportTask, void> {
  const { rows, pops } = page;
  const cells = decodeRuns(page.cells, rows.length * pops.length);
  if (cells.length !== rows.length * pops.length) {
    throw new RangeError(
      `results page holds ${cells.length} cells, not ${rows.length} rows of ${pops.length}`,
    );
  }
  const samples = new Map(page.samples.map((sample) => [keyOf(sample), sample]));
  let index = 0;
  for (const { url, bodyBytes } of rows) {
    for (const pop of pops) {
      const sample = samples.get(keyOf({ url, pop }));
      yield {
        url,
        pop,
        outcome: outcomeOfCell(cells[index] ?? PENDING) ?? 'pending',
        ...(bodyBytes === undefined ? {} : { bodyBytes }),
        ...(sample === undefined ? {} : { sample }),
      };
      index += 1;
    }
  }
}

/** Whether a task belongs in the failures CSV: a pending one does once the request has ended. */
export function isFailedTask(task: ReportTask, depth: Depth, isEnded: boolean): boolean {
  return task.outcome === 'pending' ? isEnded : !countsAsWarmed(task.outcome, depth);
}

/** A line of the failures CSV. `command` repeats the fetch, see `domain/curl-command.ts`. */
export function failureCsvLine(task: ReportTask, command: string): string {
  return csvLine([task.pop, task.url, errorText(task), command]);
}

/** A line of the failures CSV for a POP through which nothing was tried. */
export function failedPopCsvLine({ pop, reason }: FailedPop): string {
  return csvLine([pop, '', reason, '']);
}

/** A line of the CSV of all fetch tasks. */
export function taskCsvLine(task: ReportTask): string {
  const { sample } = task;
  return csvLine([
    task.url,
    task.pop,
    task.outcome,
    textOfNumber(task.bodyBytes),
    textOfNumber(sample?.status),
    sample?.servedBy ?? '',
    sample?.message ?? '',
    hintOf(task),
  ]);
}

/** A line of the NDJSON of all fetch tasks: one JSON object. */
export function taskJsonLine(task: ReportTask): string {
  const { sample } = task;
  const hint = hintOf(task);
  const fields = {
    url: task.url,
    pop: task.pop,
    outcome: task.outcome,
    body_bytes: task.bodyBytes,
    status: sample?.status,
    served_by: sample?.servedBy,
    x_cache: sample?.xCache,
    message: sample?.message,
    at: sample === undefined ? undefined : formatTimestamp(sample.atMs),
    hint: hint === '' ? undefined : hint,
  };
  return `${JSON.stringify(fields)}\n`;
}

/** What went wrong, as one sentence: the outcome's name first, so that it can be sorted by. */
function errorText({ outcome, sample }: ReportTask): string {
  if (outcome === 'pending') return `pending: ${UNTRIED}`;
  const details = [
    sample?.status === undefined ? '' : `HTTP ${sample.status}`,
    sample?.servedBy === undefined ? '' : `served by ${sample.servedBy}`,
    sample?.message ?? '',
  ].filter((detail) => detail !== '');
  const facts = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `${outcome}: ${OUTCOMES[outcome].meaning}${facts}`;
}

function hintOf({ outcome }: ReportTask): string {
  if (outcome === 'pending' || OUTCOMES[outcome].warmed === 'always') return '';
  return OUTCOMES[outcome].hint;
}

/** Neither URLs nor POP ids hold line breaks. */
function keyOf({ url, pop }: { readonly url: string; readonly pop: string }): string {
  return `${pop}\n${url}`;
}

function textOfNumber(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
