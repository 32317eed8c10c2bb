import { z } from '@hono/zod-openapi';
import { formatTimestamp } from '../../domain/timestamp.ts';
import type { Reading } from '../http/read-once.ts';
import {
  requestIdSchema,
  requestStatusSchema,
  timestampSchema,
  warningsSchema,
} from '../schemas/reply-schemas.ts';
import type { RequestView } from './request-view.ts';

const count = (description: string) => z.number().int().min(0).describe(description);

/** Answer of `GET /prewarm`: the contract's fields, then this product's own. */
export const progressReplySchema = z
  .object({
    request_id: requestIdSchema,
    download_size: count('Body bytes of each warmed fetch task, once.'),
    total_size: count('Body bytes of all fetch tasks, once.'),
    percentage_complete: z
      .number()
      .int()
      .min(0)
      .max(100)
      .describe('Share of download_size in total_size; 100 only when every fetch task is warm.'),
    available_task_count: count(
      'Fetch tasks that no fetch worker has taken yet; of an ended request, those that were not tried to an end.',
    ),
    in_progress_task_count: count('Fetch tasks that fetch workers hold.'),
    download_count: count('Fetch tasks that are warm.'),
    total_count: count('Fetch tasks: accepted URLs × POPs that resolved.'),
    created_at: timestampSchema,
    last_update_time: timestampSchema,
    timestamp: timestampSchema,
    status: requestStatusSchema,
    failed_count: count('Fetch tasks that can not be warmed; GET /summary says why.'),
    total_size_estimated: z.boolean().describe('Whether sizes are still missing in total_size.'),
    bytes_fetched: count('Every body byte received; edge depth fetches twice.'),
    phase: z.enum(['resolving', 'invalidating', 'filling', 'closing', 'closed']),
    timeout_at: timestampSchema,
    stop_reason: z.string().optional().describe('Why the request failed or was stopped.'),
    answer_age_seconds: z
      .number()
      .optional()
      .describe('Present when Temporal was too busy: how old this answer is.'),
    warnings: warningsSchema,
  })
  .openapi('Progress', {
    example: {
      request_id: '684153cc-efab-4a53-9409-357fddc2e2bd',
      download_size: 137368,
      total_size: 206052,
      percentage_complete: 66,
      available_task_count: 0,
      in_progress_task_count: 0,
      download_count: 4,
      total_count: 6,
      created_at: '2024-04-16 03:10:21.405303',
      last_update_time: '2024-04-16 03:11:53.531414',
      timestamp: '2024-04-16 03:15:09.499889',
      status: 'FINISHED',
      failed_count: 2,
      total_size_estimated: false,
      bytes_fetched: 274736,
      phase: 'closed',
      timeout_at: '2024-04-16 03:15:21.405303',
      warnings: [],
    },
  });

/** Answer of `GET /prewarm`. */
export type ProgressReply = z.infer<typeof progressReplySchema>;

/** A request's view in the contract's words. */
export function progressReply(
  requestId: string,
  { value, staleMs }: Reading<RequestView>,
  nowMs: number,
): ProgressReply {
  const { totals, percentage, warnings } = value;
  return {
    request_id: requestId,
    download_size: totals.warmedBytes,
    total_size: totals.totalBytes,
    percentage_complete: percentage,
    available_task_count: totals.pendingTasks,
    in_progress_task_count: totals.inFlightTasks,
    download_count: totals.warmedTasks,
    total_count: totals.totalTasks,
    created_at: formatTimestamp(totals.acceptedAtMs),
    last_update_time: formatTimestamp(totals.updatedAtMs),
    timestamp: formatTimestamp(nowMs),
    status: totals.status,
    failed_count: totals.failedTasks,
    total_size_estimated: totals.isTotalBytesEstimated,
    bytes_fetched: totals.bytesFetched,
    phase: totals.phase,
    timeout_at: formatTimestamp(totals.timeoutAtMs),
    ...(totals.stopReason === undefined ? {} : { stop_reason: totals.stopReason }),
    ...(staleMs === 0 ? {} : { answer_age_seconds: staleMs / 1000 }),
    warnings: [...warnings],
  };
}
