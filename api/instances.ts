import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import { type FleetStatus, fleetChangeMessage } from '../domain/fleet.ts';
import { formatTimestamp } from '../domain/timestamp.ts';
import { ApiError } from './http/api-error.ts';
import type { ApiEnv } from './http/context.ts';
import type { FleetGateway } from './temporal/fleet-gateway.ts';
import {
  type InstancesChange,
  changeReplySchema,
  changeSchema,
  fleetReplySchema,
  parseChange,
} from './schemas/instances-schemas.ts';
import { readJsonBody } from './http/read-body.ts';
import { instancesErrorReplies, requestIdSchema } from './schemas/reply-schemas.ts';
import { TEMPORAL_LIMIT_MS } from './temporal/temporal-deadlines.ts';
import type { TemporalGateway } from './temporal/temporal-gateway.ts';

/** The keeper answers a change within 5 s, also when AWS is slow. */
const CHANGE_LIMIT_MS = 7_000;

const statusRoute = createRoute({
  method: 'get',
  path: '/instances',
  tags: ['instances'],
  summary: 'Query instance count',
  responses: {
    200: {
      description: 'The fleet as last seen.',
      content: { 'application/json': { schema: fleetReplySchema } },
    },
    ...instancesErrorReplies([401, 503]),
  },
});

/** What {@link createInstancesApi} needs. */
export type InstancesDeps = {
  readonly gateway: Pick<TemporalGateway, 'check' | 'describe' | 'stop' | 'setInstanceCount'>;
  readonly fleet: FleetGateway;
  readonly maxInstances: number;
  readonly now: () => number;
};

/** `GET /instances` and `POST /instances`. */
export function createInstancesApi(deps: InstancesDeps) {
  const { fleet, now } = deps;
  const schema = changeSchema(deps.maxInstances);
  const route = changeRoute(schema);
  const app = new OpenAPIHono<ApiEnv>();
  app.openAPIRegistry.registerPath(route);
  return app
    .openapi(statusRoute, async (context) =>
      context.json(statusReply(await fleet.status(now() + TEMPORAL_LIMIT_MS), now()), 200),
    )
    .openapi({ ...route, request: {}, hide: true }, async (context) => {
      const { value } = await readJsonBody(context);
      const { change, warnings } = parseChange(schema, value, context.req.query('req_id'));
      const message = await applyChange(deps, change);
      const timestamp = formatTimestamp(now());
      const told = warnings.length === 0 ? {} : { warnings: [...warnings] };
      return context.json({ status: 'success' as const, timestamp, message, ...told }, 200);
    });
}

function changeRoute(schema: ReturnType<typeof changeSchema>) {
  return createRoute({
    method: 'post',
    path: '/instances',
    tags: ['instances'],
    summary: 'Change instance count',
    description:
      "With req_id it sets that request's share of the fleet; without, the size of the whole " +
      'group until the fleet is next idle. force_stop stops the request.',
    request: {
      query: z.object({ req_id: requestIdSchema.optional() }),
      body: { required: true, content: { 'application/json': { schema } } },
    },
    responses: {
      200: {
        description: 'Done; the message ends with the new size.',
        content: { 'application/json': { schema: changeReplySchema } },
      },
      ...instancesErrorReplies([400, 401, 404, 408, 409, 413, 415, 502, 503]),
    },
  });
}

async function applyChange(deps: InstancesDeps, change: InstancesChange): Promise<string> {
  const { gateway, fleet, now } = deps;
  const deadlineAtMs = now() + TEMPORAL_LIMIT_MS;
  const { requestId } = change;
  // Asked first under the short deadline: a Temporal that is away must not take the long one.
  if (requestId === undefined) await gateway.check(deadlineAtMs);
  else await refuseEnded(deps, requestId, deadlineAtMs);

  if (change.kind === 'stop') {
    await gateway.stop(change.requestId, 'force_stop: stopped by a caller', deadlineAtMs);
    return `Request ${change.requestId} is being stopped, and its share of the fleet ends with it`;
  }
  const { instances } = change;
  if (requestId !== undefined) {
    await gateway.setInstanceCount(requestId, instances, deadlineAtMs);
  }
  const asked = requestId === undefined ? { instances } : { requestId, instances };
  const reply = await fleet.change(asked, now() + CHANGE_LIMIT_MS);
  if (reply.status.awsError !== undefined) throw new ApiError(502, fleetChangeMessage(reply));
  return fleetChangeMessage(reply);
}

async function refuseEnded(
  { gateway }: InstancesDeps,
  requestId: string,
  deadlineAtMs: number,
): Promise<void> {
  const { state } = await gateway.describe(requestId, deadlineAtMs);
  if (state !== 'RUNNING') {
    throw new ApiError(409, `req_id "${requestId}" has already ended (workflow ${state})`);
  }
}

function statusReply(status: FleetStatus, nowMs: number) {
  const { clamp, awsError, lastFailure, inService, minSize, maxSize, override } = status;
  const warnings = [clamp, awsError, lastFailure].filter((sentence) => sentence !== undefined);
  return {
    status: 'success' as const,
    desiredcapacity: status.desired,
    timestamp: formatTimestamp(nowMs),
    message: 'query success',
    observed_at: formatTimestamp(status.observedAtMs),
    ...(inService === undefined ? {} : { in_service: inService }),
    ...(minSize === undefined ? {} : { min_size: minSize }),
    ...(maxSize === undefined ? {} : { max_size: maxSize }),
    ...(override === undefined ? {} : { override }),
    leases: status.leases.map(({ requestId, instances, sinceMs }) => ({
      request_id: requestId,
      instances,
      since: formatTimestamp(sinceMs),
    })),
    warnings,
  };
}
