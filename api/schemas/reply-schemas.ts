/** Schemas of the answers that several routes share: the contract's words, described once. */

import { z } from '@hono/zod-openapi';
import { OUTCOME_NAMES } from '../../domain/outcome.ts';

/** A moment as the contract writes it. */
export const timestampSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6}$/)
  .describe('UTC, `YYYY-MM-DD HH:MM:SS.ffffff`.')
  .openapi({ example: '2024-04-16 03:12:21.046535' });

/** A request id as the contract shows it. */
export const requestIdSchema = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .describe('Id of the prewarm request.')
  .openapi({ example: '684153cc-efab-4a53-9409-357fddc2e2bd' });

/** The status words of a request. */
export const requestStatusSchema = z
  .enum(['FINISHED', 'IN_PROGRESS', 'TIMEOUT', 'FAILED'])
  .describe(
    'FINISHED: ran to its end, failures are listed. TIMEOUT: the time limit stopped it. ' +
      'FAILED: could not run, or was stopped; `stop_reason` says which and why.',
  );

/** Sentences wherever the service did something a caller might not expect. */
export const warningsSchema = z
  .array(z.string())
  .describe('Sentences about what a caller might not expect.');

/** Names of outcomes. */
export const outcomeSchema = z.enum([...OUTCOME_NAMES]);

/** `?req_id=`: required, and only once. */
export const requestIdQuerySchema = z.object({
  req_id: z
    .string({ error: 'must be given once, in the query string' })
    .min(1, { error: 'must not be empty' })
    .max(100, { error: 'must have at most 100 characters' })
    .describe('`request_id` of the reply to `POST /prewarm`.')
    .openapi({ example: '684153cc-efab-4a53-9409-357fddc2e2bd' }),
});

/** The error body of everything but `/instances`. */
export const failedReplySchema = z
  .object({
    status: z.literal('Failed'),
    error_message: z.string().describe('Names the field, the rule and the value.'),
    error_urls: z
      .array(z.string())
      .optional()
      .describe('`POST /prewarm` only: the URLs that were refused.'),
    request_id: z.string().optional().describe('The request asked about; empty where none began.'),
    timestamp: timestampSchema,
    timeout_at: z.string().optional().describe('`POST /prewarm` only: empty.'),
  })
  .openapi('FailedReply');

/** The error body of `/instances`. */
export const failedInstancesReplySchema = z
  .object({
    status: z.literal('failed'),
    timestamp: timestampSchema,
    message: z.string().describe('Names the field, the rule and the value.'),
  })
  .openapi('FailedInstancesReply');

/** Refusals that any route may answer with, and what they mean. */
const REFUSALS = {
  400: 'Malformed or invalid: the message lists every problem.',
  401: 'No key that the api knows.',
  404: 'Unknown request, or one that ended longer ago than Temporal keeps it.',
  405: 'Another method: `Allow` lists those that are served.',
  408: 'The body came too slowly.',
  409: 'The request has already ended.',
  413: 'Too large: the message has the limit and the figure.',
  415:
    'Another content type than JSON. A call that names none, text/plain or a form (the default of ' +
    'curl) is read as JSON, but not from a browser (Origin or Sec-Fetch-Site): any page could send it.',
  422: 'The Idempotency-Key was used with another body.',
  500: 'An error in the api: its log tells more under `x-request-id`.',
  502: 'AWS refused: the message has its words.',
  503: 'Temporal is away, too slow or too busy; `Retry-After` says when to try again.',
} as const;

/** A status that {@link errorReplies} documents. */
export type RefusalStatus = keyof typeof REFUSALS;

/** The OpenAPI replies of some refusals, with the contract's error body. */
export function errorReplies(statuses: readonly RefusalStatus[]) {
  return refusals(statuses, failedReplySchema);
}

/** {@link errorReplies} of `/instances`. */
export function instancesErrorReplies(statuses: readonly RefusalStatus[]) {
  return refusals(statuses, failedInstancesReplySchema);
}

function refusals(statuses: readonly RefusalStatus[], schema: z.ZodType) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: REFUSALS[status], content: { 'application/json': { schema } } },
    ]),
  );
}
