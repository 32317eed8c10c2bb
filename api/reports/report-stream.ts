import { atClose } from '../../domain/cell.ts';
import type { ResultsPage } from '../../domain/prewarm.ts';
import { type ReportTask, tasksOfPage } from '../../domain/report.ts';
import { decodeRuns, encodeRuns } from '../../domain/run-length.ts';
import { TEMPORAL_LIMIT_MS } from '../temporal/temporal-deadlines.ts';
import type { TemporalGateway } from '../temporal/temporal-gateway.ts';

/** Fetch tasks a page: a few hundred KB of text at a time. */
const PAGE_TASKS = 10_000;
const FIRST_PAGE_ROWS = 50;

/** A page of a request's fetch tasks. */
export type TaskPage = {
  readonly page: ResultsPage;
  readonly tasks: Iterable<ReportTask>;
};

/** What {@link readTaskPages} needs. */
export type ReportSource = {
  readonly gateway: Pick<TemporalGateway, 'resultsPage'>;
  readonly requestId: string;
  /** Whether outcomes of first tries are final: a terminated workflow could not say so itself. */
  readonly isEnded: boolean;
  readonly now: () => number;
};

/**
 * Every fetch task of a request, page by page; only one page is in memory.
 *
 * @throws ApiError 404 for an unknown request, 503 when Temporal or every control worker is away.
 */
export async function* readTaskPages(source: ReportSource): AsyncGenerator<TaskPage, void> {
  const { gateway, requestId, isEnded, now } = source;
  let fromRow = 0;
  let rows = FIRST_PAGE_ROWS;
  for (;;) {
    const asked = { fromRow, rows };
    const answer = await gateway.resultsPage(requestId, asked, now() + TEMPORAL_LIMIT_MS);
    const page = isEnded ? closed(answer) : answer;
    yield { page, tasks: tasksOfPage(page) };
    fromRow = page.fromRow + page.rows.length;
    if (page.rows.length === 0 || fromRow >= page.totalRows) return;
    rows = Math.max(1, Math.floor(PAGE_TASKS / Math.max(1, page.pops.length)));
  }
}

function closed(page: ResultsPage): ResultsPage {
  const cells = decodeRuns(page.cells, page.rows.length * page.pops.length);
  return { ...page, cells: encodeRuns(cells.map(atClose)) };
}

/**
 * Streams text as it is asked for, after its first piece is there: what fails before that can
 * still be answered as an error.
 *
 * @throws whatever the first piece throws.
 */
export async function streamText(
  pieces: AsyncGenerator<string, void>,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let next = await pieces.next();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (next.done === true) {
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(next.value));
      next = await pieces.next();
    },
    cancel: async () => {
      await pieces.return();
    },
  });
}
