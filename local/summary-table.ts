import type { Progress, Summary } from './api-client.ts';
import { formatBytes } from './format-bytes.ts';

/** How a request ended, as far as the table shows it. */
export type RequestEnd = {
  readonly progress: Progress;
  readonly summary: Summary;
  readonly elapsedMs: number;
};

/** Lines that sum a request up: each outcome with its count and meaning, then totals. */
export function summaryTable({ progress, summary, elapsedMs }: RequestEnd): string[] {
  const outcomes = Object.entries(summary.outcomes).filter(([, { count }]) => count > 0);
  const rows = outcomes.map(([name, { count, meaning }]) => [name, String(count), meaning]);
  const table = [['outcome', 'tasks', 'meaning'], ...rows];
  const nameWidth = Math.max(...table.map(([name = '']) => name.length));
  const countWidth = Math.max(...table.map(([, count = '']) => count.length));
  const lines = table.map(
    ([name = '', count = '', meaning = '']) =>
      `  ${name.padEnd(nameWidth)}  ${count.padStart(countWidth)}  ${meaning}`,
  );
  const reason = summary.stop_reason === undefined ? '' : ` (${summary.stop_reason})`;
  return [
    ...lines,
    '',
    `  status         ${progress.status}${reason}`,
    `  warm           ${progress.download_count} of ${progress.total_count} fetch tasks, ${formatBytes(progress.download_size)}`,
    `  bytes fetched  ${formatBytes(progress.bytes_fetched)}`,
    `  time           ${(elapsedMs / 1_000).toFixed(1)} s`,
    ...summary.warnings.map((warning) => `  warning: ${warning}`),
  ];
}
