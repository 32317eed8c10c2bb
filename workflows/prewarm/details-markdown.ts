import { OUTCOME_NAMES } from '../../domain/outcome.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { totalsOf } from './totals-of.ts';

const WORST_POPS = 5;
const SHOWN_WARNINGS = 5;
const MEBIBYTE = 1_048_576;

/**
 * What the Web UI shows of a request: phase, counts, bytes, the POPs with the most failures.
 * A few hundred characters, far below the 20,000 bytes that Temporal takes.
 */
export function detailsMarkdown(run: PrewarmRun): string {
  const totals = totalsOf(run);
  const lines = [
    `**${totals.phase}** · ${totals.warmedTasks} of ${totals.totalTasks} fetch tasks warmed` +
      (totals.stopReason === undefined ? '' : ` · ${totals.stopReason}`),
    '',
    '| warmed | failed | in flight | pending | body MiB warmed | MiB fetched |',
    '| --- | --- | --- | --- | --- | --- |',
    `| ${totals.warmedTasks} | ${totals.failedTasks} | ${totals.inFlightTasks} | ${totals.pendingTasks} ` +
      `| ${mebibytes(totals.warmedBytes)} | ${mebibytes(totals.bytesFetched)} |`,
    ...outcomeLines(run),
    ...worstPopLines(run),
    ...run.warnings.slice(0, SHOWN_WARNINGS).map((warning) => `- ${warning}`),
  ];
  return lines.join('\n');
}

function outcomeLines(run: PrewarmRun): string[] {
  const { grid } = run.fill ?? {};
  if (grid === undefined) return [];
  const counts = OUTCOME_NAMES.map((outcome) => ({ outcome, tasks: grid.tasksWith(outcome) }));
  const shown = counts.filter(({ tasks }) => tasks > 0);
  return shown.length === 0
    ? []
    : ['', `Outcomes: ${shown.map(({ outcome, tasks }) => `${outcome} ${tasks}`).join(', ')}`, ''];
}

function worstPopLines(run: PrewarmRun): string[] {
  const { grid, popIds } = run.fill ?? {};
  if (grid === undefined || popIds === undefined || grid.failedTasks() === 0) return [];
  const worst = popIds
    .map((pop, column) => ({
      pop,
      failed: grid.rows - grid.warmedInColumn(column) - grid.pendingInColumn(column),
    }))
    .filter(({ failed }) => failed > 0)
    .toSorted((a, b) => b.failed - a.failed)
    .slice(0, WORST_POPS);
  return [`Most failures: ${worst.map(({ pop, failed }) => `${pop} ${failed}`).join(', ')}`, ''];
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}
