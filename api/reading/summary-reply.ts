import { z } from '@hono/zod-openapi';
import { OUTCOMES, OUTCOME_NAMES } from '../../domain/outcome.ts';
import type { OutcomeCount, RequestSample } from '../../domain/prewarm.ts';
import { formatTimestamp } from '../../domain/timestamp.ts';
import { progressReply, progressReplySchema } from './progress-reply.ts';
import type { Reading } from '../http/read-once.ts';
import type { ReportLinks } from '../reports/report-link.ts';
import {
  outcomeSchema,
  requestIdSchema,
  requestStatusSchema,
  timestampSchema,
  warningsSchema,
} from '../schemas/reply-schemas.ts';
import { reportPath } from '../reports/report-path.ts';
import type { RequestView, SummaryView } from './request-view.ts';

/** Samples of an outcome in a summary; the reports have all that are kept. */
const SHOWN_SAMPLES = 3;

const sampleSchema = z.object({
  url: z.string(),
  pop: z.string(),
  at: timestampSchema.describe('When it was true: caches forget.'),
  http_status: z.number().int().optional(),
  body_bytes: z.number().int().optional(),
  served_by: z.string().optional().describe('POP ids that the answer named.'),
  x_cache: z.string().optional(),
  message: z.string().optional(),
});

const outcomeCountSchema = z.object({
  count: z.number().int().describe('Fetch tasks with this outcome.'),
  meaning: z.string(),
  hint: z.string().describe('What to do about it.'),
  samples: z.array(sampleSchema).describe(`At most ${SHOWN_SAMPLES}; the reports have up to 20.`),
});

/** Answer of `GET /summary`: the contract's fields, then this product's own. */
export const summaryReplySchema = z
  .object({
    request_id: requestIdSchema,
    failure_pops: z
      .array(z.string())
      .describe('POPs that did not resolve, or where nothing could be fetched.'),
    failure_urls: z.array(z.string()).describe('URLs that are warm nowhere, at most 10,000.'),
    failure_pop_urls_report: z
      .string()
      .describe('CSV of every failed fetch task; the link opens without the key for 600 s.'),
    timestamp: timestampSchema,
    created_at: timestampSchema,
    last_update_time: timestampSchema,
    status: requestStatusSchema,
    failure_url_count: z.number().int().describe('URLs that are warm nowhere, all of them.'),
    failure_pop_reasons: z.record(z.string(), z.string()).describe('Why each POP failed.'),
    outcomes: z
      .partialRecord(outcomeSchema, outcomeCountSchema)
      .describe('Every outcome that occurred.'),
    warm_at: timestampSchema
      .optional()
      .describe('When the warm fetch tasks were: caches forget. Absent while none is warm.'),
    tasks_report: z.string().describe('NDJSON of every fetch task, signed as the CSV is.'),
    tasks_csv_report: z.string().describe('CSV of every fetch task, signed as well.'),
    depth: z.enum(['edge', 'regional']),
    revalidating_url_count: z
      .number()
      .int()
      .describe('URLs that are kept, but asked at the origin on each use.'),
    invalidation: z
      .object({ paths: z.number().int(), lots: z.number().int(), price_usd: z.number() })
      .optional()
      .describe("What was invalidated, and its price beyond the account's free 1,000 paths."),
    progress: progressReplySchema.describe('The answer of GET /prewarm.'),
    stop_reason: z.string().optional(),
    warnings: warningsSchema,
  })
  .openapi('Summary');

/** Answer of `GET /summary`. */
export type SummaryReply = z.infer<typeof summaryReplySchema>;

/** What {@link summaryReply} needs beside the reading. */
export type SummaryReplyOptions = {
  readonly requestId: string;
  /** What `GET /prewarm` would answer: of a running request it knows more than the summary. */
  readonly progress: Reading<RequestView>;
  readonly links: ReportLinks;
  readonly nowMs: number;
};

/** A request's summary in the contract's words. */
export function summaryReply(
  reading: Reading<SummaryView>,
  { requestId, progress, links, nowMs }: SummaryReplyOptions,
): SummaryReply {
  const { summary, totals, warnings } = reading.value;
  const { invalidation, failedPops } = summary;
  const linkTo = (report: Parameters<typeof reportPath>[1]) =>
    links.sign(reportPath(requestId, report), nowMs);
  return {
    request_id: requestId,
    failure_pops: failedPops.map(({ pop }) => pop),
    failure_urls: [...summary.failedUrls],
    failure_pop_urls_report: linkTo('failures'),
    timestamp: formatTimestamp(nowMs),
    created_at: formatTimestamp(totals.acceptedAtMs),
    last_update_time: formatTimestamp(totals.updatedAtMs),
    status: totals.status,
    failure_url_count: summary.failedUrlsTotal,
    failure_pop_reasons: Object.fromEntries(failedPops.map(({ pop, reason }) => [pop, reason])),
    outcomes: outcomesReply(summary.outcomes),
    ...(totals.warmedTasks === 0 ? {} : { warm_at: formatTimestamp(totals.updatedAtMs) }),
    tasks_report: linkTo('tasks.ndjson'),
    tasks_csv_report: linkTo('tasks.csv'),
    depth: summary.depth,
    revalidating_url_count: summary.revalidatingUrls,
    ...(invalidation === undefined
      ? {}
      : {
          invalidation: {
            paths: invalidation.paths,
            lots: invalidation.lots,
            price_usd: invalidation.priceUsd,
          },
        }),
    progress: progressReply(requestId, progress, nowMs),
    ...(totals.stopReason === undefined ? {} : { stop_reason: totals.stopReason }),
    warnings: [...warnings],
  };
}

function outcomesReply(counts: readonly OutcomeCount[]): SummaryReply['outcomes'] {
  const inOrder = counts.toSorted(
    (one, other) => OUTCOME_NAMES.indexOf(one.outcome) - OUTCOME_NAMES.indexOf(other.outcome),
  );
  return Object.fromEntries(
    inOrder.map(({ outcome, tasks, samples }) => {
      const { meaning, hint } = OUTCOMES[outcome];
      const shown = samples.slice(0, SHOWN_SAMPLES).map(sampleReply);
      return [outcome, { count: tasks, meaning, hint, samples: shown }];
    }),
  );
}

function sampleReply(sample: RequestSample): z.infer<typeof sampleSchema> {
  const { url, pop, atMs, status, bodyBytes, servedBy, xCache, message } = sample;
  return {
    url,
    pop,
    at: formatTimestamp(atMs),
    ...(status === undefined ? {} : { http_status: status }),
    ...(bodyBytes === undefined ? {} : { body_bytes: bodyBytes }),
    ...(servedBy === undefined ? {} : { served_by: servedBy }),
    ...(xCache === undefined ? {} : { x_cache: xCache }),
    ...(message === undefined ? {} : { message }),
  };
}
