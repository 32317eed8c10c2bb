import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
import type { ApiEnv } from './http/context.ts';
import { refuseInvalid } from './http/refuse-invalid.ts';
import { errorReplies, requestIdQuerySchema } from './schemas/reply-schemas.ts';
import type { ReportLinks } from './reports/report-link.ts';
import type { RequestReader } from './reading/request-reader.ts';
import { summaryReply, summaryReplySchema } from './reading/summary-reply.ts';

const route = createRoute({
  method: 'get',
  path: '/summary',
  tags: ['prewarm'],
  summary: 'Request prewarm report',
  description: 'Outcomes, failures and report links; the summary so far while it is running.',
  request: { query: requestIdQuerySchema },
  responses: {
    200: {
      description: 'The summary.',
      content: { 'application/json': { schema: summaryReplySchema } },
    },
    ...errorReplies([400, 401, 404, 503]),
  },
});

/** What {@link createSummaryApi} needs. */
export type SummaryDeps = {
  readonly reader: RequestReader;
  readonly links: ReportLinks;
  readonly now: () => number;
};

/** `GET /summary`. */
export function createSummaryApi({ reader, links, now }: SummaryDeps) {
  return new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid }).openapi(route, async (context) => {
    const { req_id: requestId } = context.req.valid('query');
    const reading = await reader.summary(requestId);
    const progress = reading.value.isEnded ? reading : await reader.view(requestId);
    const reply = summaryReply(reading, { requestId, progress, links, nowMs: now() });
    return context.json(reply, 200);
  });
}
