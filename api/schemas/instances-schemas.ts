import { z } from '@hono/zod-openapi';
import { isRequestId } from '../../domain/ids.ts';
import { ApiError } from '../http/api-error.ts';
import { problemsOf } from '../http/refuse-invalid.ts';
import { checkChangeFields } from './instances-fields.ts';
import { timestampSchema, warningsSchema } from './reply-schemas.ts';
import { unknownRequest } from '../temporal/temporal-errors.ts';

/** Answer of `GET /instances`. */
export const fleetReplySchema = z.object({
  status: z.literal('success'),
  desiredcapacity: z
    .number()
    .int()
    .describe("The group's desired capacity; of a fixed fleet, the sum of the shares."),
  timestamp: timestampSchema,
  message: z.string().openapi({ example: 'query success' }),
  observed_at: timestampSchema.describe('When the group was last looked at.'),
  in_service: z.number().int().optional().describe('Instances in service.'),
  min_size: z.number().int().optional().describe("The group's own lower bound."),
  max_size: z.number().int().optional().describe("The group's own upper bound."),
  override: z.number().int().optional().describe('Size that a caller set for the whole group.'),
  leases: z
    .array(
      z.object({ request_id: z.string(), instances: z.number().int(), since: timestampSchema }),
    )
    .describe("Each request's share."),
  warnings: warningsSchema,
});

/** Answer of `POST /instances`. */
export const changeReplySchema = z.object({
  status: z.literal('success'),
  timestamp: timestampSchema,
  message: z.string().openapi({
    example: 'Auto Scaling Group prewarm_asg_prod updated to Desired Capacity: 1',
  }),
  warnings: warningsSchema.optional(),
});

/**
 * Body of `POST /instances`.
 *
 * @param maxInstances the most that may be asked for.
 */
export function changeSchema(maxInstances: number) {
  return z
    .object({
      req_id: z
        .string()
        .nullish()
        .describe('Sets the share of this request; here or in the query string.')
        .openapi({ example: '684153cc-efab-4a53-9409-357fddc2e2bd' }),
      DesiredCapacity: z
        .number({ error: wholeNumberRule(maxInstances) })
        .int({ error: wholeNumberRule(maxInstances) })
        .min(0, { error: wholeNumberRule(maxInstances) })
        .max(maxInstances, { error: wholeNumberRule(maxInstances) })
        .nullish()
        .describe('Desired number of instances; optional with force_stop.')
        .openapi({ example: 1 }),
      force_stop: z
        .boolean({ error: 'must be true or false' })
        .nullish()
        .describe('true stops the request that req_id names.')
        .openapi({ example: false }),
    })
    .openapi('ChangeInstances');
}

/** A change as asked for, checked. */
export type InstancesChange =
  | { readonly kind: 'stop'; readonly requestId: string }
  | { readonly kind: 'size'; readonly requestId: string | undefined; readonly instances: number };

/** A change, and what a caller might not expect. */
export type ReadChange = {
  readonly change: InstancesChange;
  readonly warnings: readonly string[];
};

/**
 * Reads a change from body and query string.
 *
 * @throws ApiError 400 with every problem; 404 for a `req_id` that no request can have.
 */
export function parseChange(
  schema: ReturnType<typeof changeSchema>,
  body: unknown,
  queryRequestId: string | undefined,
): ReadChange {
  const { problems, warnings } = checkChangeFields(body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    throw new ApiError(400, [...problems, problemsOf(parsed.error)].join('; '));
  }
  if (problems.length > 0) throw new ApiError(400, problems.join('; '));
  return { change: changeOf(parsed.data, queryRequestId), warnings };
}

function changeOf(
  body: z.output<ReturnType<typeof changeSchema>>,
  queryRequestId: string | undefined,
): InstancesChange {
  const requestId = queryRequestId ?? body.req_id ?? undefined;
  if (queryRequestId !== undefined && (body.req_id ?? queryRequestId) !== queryRequestId) {
    throw new ApiError(400, 'req_id: the query string and the body name different requests');
  }
  if (requestId !== undefined && !isRequestId(requestId)) throw unknownRequest(requestId);
  if (body.force_stop === true) {
    if (requestId !== undefined) return { kind: 'stop', requestId };
    throw new ApiError(400, 'force_stop: needs req_id, since it stops one request');
  }
  const instances = body.DesiredCapacity ?? undefined;
  if (instances !== undefined) return { kind: 'size', requestId, instances };
  throw new ApiError(400, 'DesiredCapacity: is required, unless force_stop is true');
}

/** The rule with the value that broke it, as far as it can be shown. */
function wholeNumberRule(maximum: number) {
  return ({ input }: { readonly input?: unknown }): string => {
    const value = JSON.stringify(input)?.slice(0, 100) ?? 'undefined';
    return `must be a whole number from 0 to ${maximum} (MAX_INSTANCES), not ${value}`;
  };
}
