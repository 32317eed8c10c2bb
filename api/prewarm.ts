import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
import type { PrewarmInput } from '../domain/prewarm.ts';
import { type DoorContext, type Problem, parsePrewarmRequest } from '../domain/request.ts';
import { formatTimestamp } from '../domain/timestamp.ts';
import { type AcceptDeps, acceptRequest } from './accepting/accept-request.ts';
import { ApiError } from './http/api-error.ts';
import type { ApiContext, ApiEnv } from './http/context.ts';
import { identifyRequest } from './accepting/idempotency.ts';
import {
  acceptedReplySchema,
  idempotencyHeaderSchema,
  prewarmBodySchema,
} from './schemas/prewarm-schemas.ts';
import { progressReply, progressReplySchema } from './reading/progress-reply.ts';
import { readJsonBody } from './http/read-body.ts';
import { refuseInvalid } from './http/refuse-invalid.ts';
import { errorReplies, requestIdQuerySchema } from './schemas/reply-schemas.ts';
import type { RequestReader } from './reading/request-reader.ts';

const startRoute = createRoute({
  method: 'post',
  path: '/prewarm',
  tags: ['prewarm'],
  summary: 'Request prewarm',
  request: {
    headers: idempotencyHeaderSchema,
    body: { required: true, content: { 'application/json': { schema: prewarmBodySchema } } },
  },
  responses: {
    200: {
      description: 'Accepted: the request runs.',
      content: { 'application/json': { schema: acceptedReplySchema } },
    },
    ...errorReplies([400, 401, 408, 413, 415, 422, 503]),
  },
});

const progressRoute = createRoute({
  method: 'get',
  path: '/prewarm',
  tags: ['prewarm'],
  summary: 'Query prewarm progress',
  description: 'Fresh to about a second, however many ask.',
  request: { query: requestIdQuerySchema },
  responses: {
    200: {
      description: 'Where the request stands.',
      content: { 'application/json': { schema: progressReplySchema } },
    },
    ...errorReplies([400, 401, 404, 503]),
  },
});

/** What {@link createPrewarmApi} needs. */
export type PrewarmDeps = AcceptDeps & {
  readonly reader: Pick<RequestReader, 'view'>;
  readonly door: DoorSettings;
};

/** What the door has to know of the installation. */
export type DoorSettings = Omit<DoorContext, 'acceptedAtMs'>;

/** `POST /prewarm` and `GET /prewarm`. */
export function createPrewarmApi(deps: PrewarmDeps) {
  const { reader, now } = deps;
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
  app.openAPIRegistry.registerPath(startRoute);
  return app
    .openapi(progressRoute, async (context) => {
      const { req_id: requestId } = context.req.valid('query');
      return context.json(progressReply(requestId, await reader.view(requestId), now()), 200);
    })
    .openapi({ ...startRoute, request: {}, hide: true }, async (context) =>
      context.json(await startRequest(deps, context), 200),
    );
}

async function startRequest(deps: PrewarmDeps, context: ApiContext) {
  const body = await readJsonBody(context);
  const keyName = context.get('keyName');
  const idempotencyKey = context.req.header('idempotency-key');
  const identity = identifyRequest({ idempotencyKey, keyName, body: body.bytes });
  const input = passDoor(body.value, { ...deps.door, acceptedAtMs: deps.now() });
  const accepted = await acceptRequest(deps, { input, identity, keyName });
  return {
    status: 'Success' as const,
    error_message: '' as const,
    error_urls: [],
    request_id: identity.requestId,
    timestamp: formatTimestamp(accepted.acceptedAtMs),
    timeout_at: formatTimestamp(accepted.timeoutAtMs),
    warnings: [...input.warnings],
  };
}

function passDoor(json: unknown, context: DoorContext): PrewarmInput {
  const parsed = parsePrewarmRequest(json, context);
  if (parsed.ok) return parsed.input;
  const { problems, errorUrls } = parsed;
  const isTooLarge = problems.every(({ kind }) => kind === 'too_large');
  throw new ApiError(isTooLarge ? 413 : 400, messageOf(problems), { errorUrls });
}

function messageOf(problems: readonly Problem[]): string {
  return problems.map(({ message }) => message).join('; ');
}
