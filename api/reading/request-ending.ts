import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { RequestSummary } from '../../domain/prewarm.ts';
import type { RequestEnding } from '../temporal/temporal-gateway.ts';

/**
 * How an ended request ended.
 *
 * A completed workflow has its summary as result; one that could not run failed with the summary
 * as the failure's detail; a cancelled or terminated one leaves a reason only.
 */
export async function readEnding(handle: {
  result(): Promise<RequestSummary>;
}): Promise<RequestEnding> {
  try {
    return { summary: await handle.result(), reason: undefined };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const detail = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    return {
      summary: isRequestSummary(detail) ? detail : undefined,
      reason: cause?.message ?? error.message,
    };
  }
}

/** The detail was written by the workflow of the same product: its outline is enough to tell. */
function isRequestSummary(value: unknown): value is RequestSummary {
  return (
    typeof value === 'object' &&
    value !== null &&
    'totals' in value &&
    typeof value.totals === 'object' &&
    'outcomes' in value &&
    Array.isArray(value.outcomes) &&
    'failedUrls' in value &&
    'failedPops' in value
  );
}
