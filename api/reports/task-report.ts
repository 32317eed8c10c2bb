import { OUTCOMES } from '../../domain/outcome.ts';
import {
  type ReportTask,
  TASKS_CSV_HEADER,
  taskCsvLine,
  taskJsonLine,
} from '../../domain/report.ts';
import type { RequestReader } from '../reading/request-reader.ts';
import { type ReportSource, readTaskPages } from './report-stream.ts';

/** What {@link writeTasks} needs. */
export type TaskReportDeps = Pick<ReportSource, 'gateway' | 'now'> & {
  readonly reader: Pick<RequestReader, 'view'>;
};

/** Writes every fetch task of a request, a page at a time. */
export async function* writeTasks(
  deps: TaskReportDeps,
  requestId: string,
  format: 'csv' | 'ndjson',
): AsyncGenerator<string, void> {
  const lineOf = format === 'csv' ? taskCsvLine : taskJsonLine;
  let text = format === 'csv' ? TASKS_CSV_HEADER : '';
  const { value } = await deps.reader.view(requestId);
  const { isEnded } = value;
  for await (const { tasks } of readTaskPages({ ...deps, requestId, isEnded })) {
    for (const task of tasks) text += lineOf(withOwnSize(task));
    yield text;
    text = '';
  }
}

/** The size kept is the URL's: what a task received is known only where it left the whole object. */
function withOwnSize(task: ReportTask): ReportTask {
  const { bodyBytes, ...rest } = task;
  const isCached = task.outcome !== 'pending' && OUTCOMES[task.outcome].warmed !== 'never';
  return isCached && bodyBytes !== undefined ? { ...rest, bodyBytes } : rest;
}
