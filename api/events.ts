import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import type { ApiEnv } from './http/context.ts';
import { refuseInvalid } from './http/refuse-invalid.ts';
import { errorReplies, requestIdQuerySchema } from './schemas/reply-schemas.ts';
import type { RequestFeed } from './reading/request-feed.ts';

const route = createRoute({
  method: 'get',
  path: '/prewarm/events',
  tags: ['prewarm'],
  summary: 'Follow a request',
  description:
    'Server-Sent Events: `progress` (the answer of GET /prewarm) at most once a second and when ' +
    'something changed, `failure` when the api could not ask, and at the end `summary` (the ' +
    'answer of GET /summary), after which the stream closes.',
  request: { query: requestIdQuerySchema },
  responses: {
    200: {
      description: 'A stream of events.',
      content: {
        'text/event-stream': {
          schema: z.string().openapi({
            example: 'event: progress\ndata: {"percentage_complete":66,"status":"IN_PROGRESS"}\n\n',
          }),
        },
      },
    },
    ...errorReplies([400, 401, 404, 503]),
  },
});

/** Headers of a stream that nobody on the way may keep or hold back. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const;

/** `GET /prewarm/events`. */
export function createEventsApi(feed: Pick<RequestFeed, 'open'>) {
  return new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid }).openapi(route, async (context) => {
    const { req_id: requestId } = context.req.valid('query');
    const stream = await feed.open(requestId);
    if (context.req.raw.method !== 'HEAD') return context.body(stream, 200, HEADERS);
    await stream.cancel();
    return context.body(null, 200, HEADERS);
  });
}
