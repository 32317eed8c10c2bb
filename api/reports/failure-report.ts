import { curlCommand } from '../../domain/curl-command.ts';
import type { ResultsPage } from '../../domain/prewarm.ts';
import {
  FAILURES_CSV_HEADER,
  type ReportTask,
  failedPopCsvLine,
  failureCsvLine,
  isFailedTask,
} from '../../domain/report.ts';
import type { RouteOf } from './curl-routes.ts';
import { type ReportSource, readTaskPages } from './report-stream.ts';
import type { RequestReader } from '../reading/request-reader.ts';

/** What {@link writeFailures} needs. */
export type FailureReportDeps = Omit<ReportSource, 'requestId' | 'isEnded'> & {
  readonly reader: Pick<RequestReader, 'summary'>;
  readonly readRoutes: () => Promise<RouteOf>;
};

/** Writes the POPs that failed as a whole, then every failed fetch task, a page at a time. */
export async function* writeFailures(
  deps: FailureReportDeps,
  requestId: string,
): AsyncGenerator<string, void> {
  const { value } = await deps.reader.summary(requestId);
  const { summary, isEnded } = value;
  const routeOf = await deps.readRoutes();
  let text = FAILURES_CSV_HEADER;
  let isFirst = true;
  for await (const { page, tasks } of readTaskPages({ ...deps, requestId, isEnded })) {
    if (isFirst) {
      const inGrid = new Set(page.pops);
      const outside = summary.failedPops.filter(({ pop }) => !inGrid.has(pop));
      text += outside.map(failedPopCsvLine).join('');
      isFirst = false;
    }
    for (const task of tasks) {
      if (!isFailedTask(task, summary.depth, isEnded)) continue;
      text += failureCsvLine(task, commandOf(task, page, routeOf));
    }
    yield text;
    text = '';
  }
}

/** Empty where the way to the POP is not known: the host belongs to no distribution. */
function commandOf(task: ReportTask, page: ResultsPage, routeOf: RouteOf): string {
  const { url, pop } = task;
  const { domainNames = {}, headerNames = [] } = page;
  const route = routeOf({ url, pop, domainNames });
  return route === undefined ? '' : curlCommand({ url, route, headerNames });
}
