import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { isRequestId } from '../../domain/ids.ts';
import { formatTimestamp } from '../../domain/timestamp.ts';
import { ApiError } from './api-error.ts';
import type { ApiContext } from './context.ts';

/** What turns errors into answers needs. */
export type ErrorDeps = { readonly logger: Logger; readonly now: () => number };

/**
 * The one place where an error becomes an answer: the right status, the contract's body.
 *
 * An error that nobody expected is logged once with the call's id and answered as 500 without
 * its words.
 */
export function createErrorHandler({ logger, now }: ErrorDeps) {
  return function handleError(error: Error, context: ApiContext): Response {
    const known = knownError(error);
    if (known === undefined) {
      logger.error({ err: error, callId: context.get('callId') }, 'call failed unexpectedly');
    }
    const refusal = known ?? internalError(context);
    return context.json(errorBody(context, refusal, now()), refusal.status, refusal.facts.headers);
  };
}

function knownError(error: Error): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new ApiError(400, error.message, { cause: error });
  }
  return undefined;
}

function internalError(context: ApiContext): ApiError {
  const message = `The api failed unexpectedly: its log tells why under call id ${context.get('callId')}`;
  return new ApiError(500, message);
}

/** The contract's body of each path, with its own word for failure. */
function errorBody(context: ApiContext, error: ApiError, nowMs: number) {
  const { path, method } = context.req;
  const timestamp = formatTimestamp(nowMs);
  if (path === '/instances') return { status: 'failed', timestamp, message: error.message };
  const requestId = error.facts.requestId ?? askedRequestId(context);
  if (path === '/prewarm' && method === 'POST') {
    return {
      status: 'Failed',
      error_message: error.message,
      error_urls: error.facts.errorUrls ?? [],
      request_id: requestId,
      timestamp,
      timeout_at: '',
    };
  }
  const named = requestId === '' ? {} : { request_id: requestId };
  return { status: 'Failed', error_message: error.message, ...named, timestamp };
}

function askedRequestId(context: ApiContext): string {
  const asked = context.req.query('req_id') ?? '';
  return isRequestId(asked) ? asked : '';
}
