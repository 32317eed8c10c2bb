import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import { ApiError } from './http/api-error.ts';
import type { ApiEnv } from './http/context.ts';
import { errorReplies } from './schemas/reply-schemas.ts';
import type { TemporalGateway } from './temporal/temporal-gateway.ts';

/** Load balancers ask every few seconds and give up early: readiness is told within a second. */
const READY_LIMIT_MS = 700;

const healthReply = (description: string, status: 'ok' | 'ready') => ({
  description,
  content: { 'application/json': { schema: z.object({ status: z.literal(status) }) } },
});

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['service'],
  summary: 'Whether the api process is alive',
  security: [],
  responses: { 200: healthReply('The process answers.', 'ok') },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['service'],
  summary: 'Whether the api can do its work: Temporal answers and knows the namespace',
  security: [],
  responses: { 200: healthReply('Temporal answers.', 'ready'), ...errorReplies([503]) },
});

/** `GET /healthz` and `GET /readyz`. */
export function createHealthApi(gateway: Pick<TemporalGateway, 'check'>, isClosing: () => boolean) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(healthRoute, (context) => context.json({ status: 'ok' as const }, 200))
    .openapi(readyRoute, async (context) => {
      if (isClosing()) throw new ApiError(503, 'The api is shutting down');
      await gateway.check(Date.now() + READY_LIMIT_MS);
      return context.json({ status: 'ready' as const }, 200);
    });
}
