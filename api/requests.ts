import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import {
  DOMAIN_SEARCH_ATTRIBUTE,
  KEY_NAME_MEMO,
  PREWARM_WORKFLOW,
  STATUS_SEARCH_ATTRIBUTE,
} from '../domain/ids.ts';
import type { RequestStatus } from '../domain/prewarm.ts';
import { formatTimestamp } from '../domain/timestamp.ts';
import { readAcceptance } from './accepting/acceptance.ts';
import type { ApiEnv } from './http/context.ts';
import type { Cursors } from './http/cursor.ts';
import {
  errorReplies,
  requestIdSchema,
  requestStatusSchema,
  timestampSchema,
} from './schemas/reply-schemas.ts';
import { refuseInvalid } from './http/refuse-invalid.ts';
import { TEMPORAL_LIMIT_MS } from './temporal/temporal-deadlines.ts';
import type { ListedRequest, TemporalGateway } from './temporal/temporal-gateway.ts';

const querySchema = z.object({
  status: requestStatusSchema.optional(),
  domain: z
    .string()
    .toLowerCase()
    .regex(/^[a-z0-9*_-]+(\.[a-z0-9_-]+)*$/, { error: 'must be a domain name' })
    .max(253)
    .optional()
    .describe('A URL host or a distribution domain name of the request.')
    .openapi({ example: 'www.example.com' }),
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Requests a page.'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be the next_cursor of a page' })
    .max(4_000)
    .optional()
    .describe('`next_cursor` of the page before.'),
});

const listedSchema = z.object({
  request_id: requestIdSchema,
  status: requestStatusSchema,
  created_at: timestampSchema,
  closed_at: timestampSchema.optional(),
  domains: z.array(z.string()).describe('URL hosts and distribution domain names, at most 20.'),
  key_name: z.string().optional().describe('Name of the API key that made the request.'),
});

const route = createRoute({
  method: 'get',
  path: '/requests',
  tags: ['prewarm'],
  summary: 'List requests',
  description:
    'Requests in progress first, the newest first; then the ended ones, the last ended first. ' +
    'A request shows up about a second after it was made.',
  request: { query: querySchema },
  responses: {
    200: {
      description: 'A page of requests.',
      content: {
        'application/json': {
          schema: z.object({
            requests: z.array(listedSchema),
            next_cursor: z.string().optional().describe('Absent on the last page.'),
            timestamp: timestampSchema,
          }),
        },
      },
    },
    ...errorReplies([400, 401, 503]),
  },
});

/** What {@link createRequestsApi} needs. */
export type RequestsDeps = {
  readonly gateway: Pick<TemporalGateway, 'list'>;
  readonly cursors: Cursors;
  readonly now: () => number;
};

/** `GET /requests`: Temporal's visibility, page by page. */
export function createRequestsApi({ gateway, cursors, now }: RequestsDeps) {
  return new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid }).openapi(route, async (context) => {
    const { status, domain, limit, cursor = '' } = context.req.valid('query');
    const query = visibilityQuery(status, domain);
    const list = `${limit} of ${query}`;
    const pageToken = cursors.open(list, cursor);
    const asked = { query, pageSize: limit, pageToken };
    const page = await gateway.list(asked, now() + TEMPORAL_LIMIT_MS);
    const next = cursors.seal(list, page.nextPageToken);
    const reply = {
      requests: page.requests.map(listedReply),
      ...(next === '' ? {} : { next_cursor: next }),
      timestamp: formatTimestamp(now()),
    };
    return context.json(reply, 200);
  });
}

const STATUS_FILTERS: Readonly<Record<RequestStatus, string>> = {
  IN_PROGRESS: `ExecutionStatus = 'Running'`,
  FINISHED: `ExecutionStatus = 'Completed' AND ${STATUS_SEARCH_ATTRIBUTE} = 'FINISHED'`,
  TIMEOUT: `ExecutionStatus = 'Completed' AND ${STATUS_SEARCH_ATTRIBUTE} = 'TIMEOUT'`,
  FAILED: `ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`,
};

/** Runs that continued as new are left out: the request is listed by its last run. */
function visibilityQuery(status: RequestStatus | undefined, domain: string | undefined): string {
  const filters = [`WorkflowType = '${PREWARM_WORKFLOW}'`];
  filters.push(
    status === undefined ? `ExecutionStatus != 'ContinuedAsNew'` : STATUS_FILTERS[status],
  );
  if (domain !== undefined) filters.push(`${DOMAIN_SEARCH_ATTRIBUTE} = '${domain}'`);
  return filters.join(' AND ');
}

function listedReply(request: ListedRequest) {
  const keyName = request.memo[KEY_NAME_MEMO];
  const createdAtMs = readAcceptance(request.memo)?.acceptedAtMs ?? request.startedAtMs;
  return {
    request_id: request.requestId,
    status: statusOf(request),
    created_at: formatTimestamp(createdAtMs),
    ...(request.closedAtMs === undefined ? {} : { closed_at: formatTimestamp(request.closedAtMs) }),
    domains: [...request.domains],
    ...(typeof keyName === 'string' ? { key_name: keyName } : {}),
  };
}

function statusOf({ state, status }: ListedRequest): RequestStatus {
  if (state === 'RUNNING') return 'IN_PROGRESS';
  if (state !== 'COMPLETED') return 'FAILED';
  return status === 'TIMEOUT' ? 'TIMEOUT' : 'FINISHED';
}
