import { z } from 'zod';
import type { RequestTotals } from '../../domain/prewarm.ts';

const count = z.number().min(0);

const totalsSchema = z.object({
  phase: z.enum(['resolving', 'invalidating', 'filling', 'closing', 'closed']),
  status: z.enum(['IN_PROGRESS', 'FINISHED', 'TIMEOUT', 'FAILED']),
  totalTasks: count,
  warmedTasks: count,
  failedTasks: count,
  inFlightTasks: count,
  pendingTasks: count,
  warmedBytes: count,
  totalBytes: count,
  isTotalBytesEstimated: z.boolean(),
  bytesFetched: count,
  fetches: count,
  acceptedAtMs: count,
  timeoutAtMs: count,
  updatedAtMs: count,
});

/** Whether a memo's value is the totals of a request. */
export function isRequestTotals(value: unknown): value is RequestTotals {
  return totalsSchema.safeParse(value).success;
}
