import type { Depth } from '../../domain/outcome.ts';
import type { RequestSample } from '../../domain/prewarm.ts';
import { type TaskGrid, decodeTaskGrid } from '../../domain/task-grid.ts';
import { ApiError } from '../http/api-error.ts';
import type { RequestReading } from './request-reading.ts';

/** More rows than this no answer of a workflow holds. */
const PAGE_ROWS = 10_000;

/** What a request had fetched when its workflow was ended from outside. */
export type ClosedGrid = {
  readonly grid: TaskGrid;
  /** By row. */
  readonly urls: readonly string[];
  /** POP ids by column; none when the request ended before its targets were resolved. */
  readonly pops: readonly string[];
  readonly samples: readonly RequestSample[];
};

/**
 * Reads the grid of a request whose workflow had no chance to close it, and closes it as the
 * workflow does: the outcome of a first try is final, a task not tried to an end stays pending.
 *
 * @returns undefined when it can't be read within the reading's time.
 */
export async function readClosedGrid(
  reading: RequestReading,
  depth: Depth,
): Promise<ClosedGrid | undefined> {
  const { gateway, requestId, deadlineAtMs } = reading;
  const urls: string[] = [];
  const samples: RequestSample[] = [];
  let cells = '';
  try {
    for (;;) {
      const asked = { fromRow: urls.length, rows: PAGE_ROWS };
      const page = await gateway.resultsPage(requestId, asked, deadlineAtMs);
      for (const { url } of page.rows) urls.push(url);
      samples.push(...page.samples);
      cells += page.cells;
      if (page.rows.length > 0 && urls.length < page.totalRows) continue;
      const shape = { rows: urls.length, columns: page.pops.length, depth };
      const grid = decodeTaskGrid(shape, cells);
      grid.settlePending();
      return { grid, urls, pops: page.pops, samples };
    }
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
