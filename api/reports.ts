import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import { ApiError } from './http/api-error.ts';
import type { ApiContext, ApiEnv } from './http/context.ts';
import { type FailureReportDeps, writeFailures } from './reports/failure-report.ts';
import { errorReplies, requestIdSchema } from './schemas/reply-schemas.ts';
import { type ReportName, reportPath } from './reports/report-path.ts';
import { streamText } from './reports/report-stream.ts';
import { type TaskReportDeps, writeTasks } from './reports/task-report.ts';

const CSV = 'text/csv; charset=utf-8';
const NDJSON = 'application/x-ndjson; charset=utf-8';

const SIGNED_QUERY = z.object({
  expires: z.string().optional().describe('Of a signed link: seconds since 1970.'),
  signature: z.string().optional().describe('Of a signed link, which opens without the key.'),
});

const TASK_FIELDS =
  'body_bytes: the size of the object, where the fetch task left it in a cache (warm, filled, ' +
  'regional). status, served_by and message: of the fetch tasks that are kept as samples, at most ' +
  '20 of each outcome and 1,000 in all. pending: not tried to an end (yet).';
const FAILURE_FIELDS =
  'command repeats the fetch; it has the names of your header lines, not their values. A POP that ' +
  'failed as a whole is a line without url. Of a request that has ended, tasks that were not tried ' +
  'to an end are listed as pending.';

type ReportWords = { readonly summary: string; readonly description: string };

const reportRoute = (report: ReportName, mediaType: string, words: ReportWords) =>
  createRoute({
    method: 'get',
    path: reportPath('{request_id}', report),
    tags: ['prewarm'],
    ...words,
    security: [{ apiKey: [] }, {}],
    request: { params: z.object({ request_id: requestIdSchema }), query: SIGNED_QUERY },
    responses: {
      200: {
        description: 'The report, as a file to save.',
        content: { [mediaType]: { schema: z.string() } },
      },
      ...errorReplies([401, 404, 503]),
    },
  });

const DOCUMENTED = [
  reportRoute('failures', 'text/csv', {
    summary: 'Every failed fetch task, with a command that repeats it',
    description: FAILURE_FIELDS,
  }),
  reportRoute('tasks.ndjson', 'application/x-ndjson', {
    summary: 'Every fetch task, one JSON object a line',
    description: TASK_FIELDS,
  }),
  reportRoute('tasks.csv', 'text/csv', {
    summary: 'Every fetch task as CSV',
    description: TASK_FIELDS,
  }),
];

/** `GET /reports/{request_id}.csv`, `.../tasks.ndjson` and `.../tasks.csv`, streamed. */
export function createReportsApi(deps: FailureReportDeps & TaskReportDeps) {
  const app = new OpenAPIHono<ApiEnv>();
  for (const route of DOCUMENTED) app.openAPIRegistry.registerPath(route);
  app.get('/reports/:file', (context) => {
    const file = context.req.param('file');
    if (!file.endsWith('.csv')) throw new ApiError(404, 'Reports are named <request_id>.csv');
    const requestId = file.slice(0, -'.csv'.length);
    const report = { requestId, pieces: writeFailures(deps, requestId) };
    return answerReport(context, { ...report, name: 'failures.csv', type: CSV });
  });
  app.get('/reports/:request_id/tasks.ndjson', (context) => {
    const requestId = context.req.param('request_id');
    const report = { requestId, pieces: writeTasks(deps, requestId, 'ndjson') };
    return answerReport(context, { ...report, name: 'tasks.ndjson', type: NDJSON });
  });
  app.get('/reports/:request_id/tasks.csv', (context) => {
    const requestId = context.req.param('request_id');
    const report = { requestId, pieces: writeTasks(deps, requestId, 'csv') };
    return answerReport(context, { ...report, name: 'tasks.csv', type: CSV });
  });
  return app;
}

type Report = {
  readonly requestId: string;
  readonly pieces: AsyncGenerator<string, void>;
  readonly name: string;
  readonly type: string;
};

async function answerReport(context: ApiContext, report: Report): Promise<Response> {
  const stream = await streamText(report.pieces);
  const headers = {
    'content-type': report.type,
    'content-disposition': `attachment; filename="prewarm-${report.requestId}-${report.name}"`,
  };
  if (context.req.raw.method !== 'HEAD') return context.body(stream, 200, headers);
  await stream.cancel();
  return context.body(null, 200, headers);
}
