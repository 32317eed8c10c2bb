import {
  NamespaceNotFoundError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import { ApiError } from '../http/api-error.ts';

/** gRPC status codes that are told apart (grpc/grpc, doc/statuscodes.md). */
const GRPC = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * Temporal answered, but can't answer this now: too many queries, or no control worker took one.
 * An older answer is better than none then.
 */
export class TemporalBusyError extends ApiError {}

/** What the api was doing when Temporal failed it. */
export type TemporalCall = { readonly name: string; readonly requestId?: string };

/**
 * Turns what a Temporal client throws into a refusal for the caller.
 *
 * Errors that are none of Temporal's come back unchanged.
 */
export function fromTemporal(error: unknown, call: TemporalCall): unknown {
  if (error instanceof ApiError) return error;
  if (error instanceof WorkflowNotFoundError) return unknownRequest(call.requestId ?? '', error);
  if (error instanceof NamespaceNotFoundError) {
    return noNamespace(error.namespace, error);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return busy('No control worker answered in time: is one running?', error);
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new ApiError(400, error.cause?.message ?? error.message, { cause: error });
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const grpcError = isGrpcServiceError(error) ? error : cause;
  if (isGrpcServiceError(grpcError)) return fromGrpc(grpcError, call, error);
  return error;
}

/** 404 for a request id that Temporal doesn't know, or no longer knows. */
export function unknownRequest(requestId: string, cause?: unknown): ApiError {
  const shown = JSON.stringify(requestId.slice(0, 100));
  const message = `req_id ${shown} is unknown: no request has this id, or it ended longer ago than Temporal keeps requests (its namespace's retention)`;
  return new ApiError(404, message, { cause });
}

function noNamespace(namespace: string, cause: unknown): ApiError {
  const command = `temporal operator namespace create ${namespace}`;
  const message = `Temporal has no namespace "${namespace}": create it with \`${command}\`, or set TEMPORAL_NAMESPACE`;
  return unavailable(message, cause);
}

/** 503 with a time after which trying again makes sense. */
export function unavailable(message: string, cause?: unknown): ApiError {
  return new ApiError(503, message, { cause, headers: { 'retry-after': '2' } });
}

type GrpcError = { readonly code: number; readonly details: string };

function fromGrpc({ code, details }: GrpcError, call: TemporalCall, error: unknown): ApiError {
  switch (code) {
    case GRPC.resourceExhausted:
      return busy('Temporal is answering too many calls: try again', error);
    case GRPC.failedPrecondition:
      return busy('The request is not ready to answer: try again', error);
    case GRPC.deadlineExceeded:
    case GRPC.cancelled:
      return call.name.startsWith('query') || call.name.startsWith('update')
        ? busy('No control worker answered in time: is one running?', error)
        : unavailable(`Temporal did not answer in time (${call.name})`, error);
    case GRPC.notFound: {
      const [, namespace] = /^Namespace (\S+) is not found/.exec(details) ?? [];
      return namespace === undefined ? failed(code, call, error) : noNamespace(namespace, error);
    }
    case GRPC.permissionDenied:
    case GRPC.unauthenticated:
      return unavailable("Temporal refuses the api's credentials: check TEMPORAL_*", error);
    case GRPC.invalidArgument:
      return call.name === 'list'
        ? unavailable(
            'Temporal can not list by status and domain yet: a control worker registers these search attributes when it starts',
            error,
          )
        : failed(code, call, error);
    case GRPC.unavailable:
      return unavailable(`Temporal is unreachable${systemCodeIn(details)}: try again`, error);
    default:
      return failed(code, call, error);
  }
}

/** `ECONNREFUSED` and its like say why; the addresses beside them are nobody's business. */
function systemCodeIn(details: string): string {
  const [code] = /\bE[A-Z]{4,}\b/.exec(details) ?? [];
  return code === undefined ? '' : ` (${code})`;
}

function failed(code: number, call: TemporalCall, error: unknown): ApiError {
  return unavailable(`Temporal failed (${call.name}, gRPC status ${code}): try again`, error);
}

function busy(message: string, cause: unknown): TemporalBusyError {
  return new TemporalBusyError(503, message, { cause, headers: { 'retry-after': '1' } });
}
