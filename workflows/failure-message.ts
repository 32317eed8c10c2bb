import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';

/** The words of what went wrong: of an activity's failure its cause, not "Activity task failed". */
export function messageOfFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof ActivityFailure) || error.cause === undefined) return error.message;
  if (error.cause instanceof TimeoutFailure) {
    return `${error.activityType} gave no answer in time (no control worker, or one that was lost)`;
  }
  return error.cause.message;
}
