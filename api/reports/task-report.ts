import { TASKS_CSV_HEADER, taskCsvLine, taskJsonLine } from '../../domain/report.ts';
import { knownRequestId } from '../reading/known-request-id.ts';
import { type ReportSource, readTaskPages } from './report-stream.ts';

/** Writes every fetch task of a request, a page at a time. */
export async function* writeTasks(
  source: Omit<ReportSource, 'requestId'>,
  requestId: string,
  format: 'csv' | 'ndjson',
): AsyncGenerator<string, void> {
  const lineOf = format === 'csv' ? taskCsvLine : taskJsonLine;
  let text = format === 'csv' ? TASKS_CSV_HEADER : '';
  for await (const { tasks } of readTaskPages({
    ...source,
    requestId: knownRequestId(requestId),
  })) {
    for (const task of tasks) text += lineOf(task);
    yield text;
    text = '';
  }
}
