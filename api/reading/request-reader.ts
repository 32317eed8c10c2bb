import type { ApiMetrics } from '../http/api-metrics.ts';
import { readEndedSummary, readEndedView } from './ended-request.ts';
import { knownRequestId } from './known-request-id.ts';
import { liveKeepMs } from './live-keep.ts';
import { readLiveSummary, readLiveView } from './live-request.ts';
import { type Reading, createReadOnce } from '../http/read-once.ts';
import type { ReaderGateway } from './request-reading.ts';
import type { RequestView, SummaryView } from './request-view.ts';
import { TEMPORAL_LIMIT_MS } from '../temporal/temporal-deadlines.ts';

/** An ended request stays as it is, unless an operator resets its workflow. */
const ENDED_KEEP_MS = 60_000;
/** Reading a large request for the first time warms its control worker: the next try is faster. */
const PARTIAL_KEEP_MS = 2_000;

/** A view is about 1 KB; a summary up to 1.8 MiB. */
const MAXIMUM_VIEWS = 10_000;
const MAXIMUM_SUMMARIES = 16;

/** What {@link createRequestReader} needs. */
export type RequestReaderDeps = {
  readonly gateway: ReaderGateway;
  readonly metrics: Pick<ApiMetrics, 'countCacheAnswer'>;
  readonly now: () => number;
};

/**
 * Where requests stand, for any number of callers.
 *
 * @throws ApiError 404 for an unknown request, 503 when Temporal is away.
 */
export type RequestReader = {
  /** Never goes backwards within one api process, as long as the request is remembered. */
  view(requestId: string): Promise<Reading<RequestView>>;
  summary(requestId: string): Promise<Reading<SummaryView>>;
};

/** Reads requests by describing the workflow first, then asking it what has to be asked. */
export function createRequestReader(deps: RequestReaderDeps): RequestReader {
  const { gateway, metrics, now } = deps;
  const shared = {
    keepMs: ({ isEnded, isPartial, totals }: RequestView) => {
      if (isPartial) return PARTIAL_KEEP_MS;
      return isEnded ? ENDED_KEEP_MS : liveKeepMs(now() - totals.acceptedAtMs);
    },
    onAnswer: metrics.countCacheAnswer,
    now,
  };
  const begin = async (requestId: string) => {
    const deadlineAtMs = now() + TEMPORAL_LIMIT_MS;
    const description = await gateway.describe(requestId, deadlineAtMs);
    return { gateway, requestId, description, deadlineAtMs, nowMs: now() };
  };
  const views = createReadOnce<RequestView>({
    ...shared,
    capacity: MAXIMUM_VIEWS,
    read: async (requestId, last) => {
      const reading = await begin(requestId);
      const isRunning = reading.description.state === 'RUNNING';
      return isRunning ? readLiveView(reading, last) : readEndedView(reading);
    },
  });
  const summaries = createReadOnce<SummaryView>({
    ...shared,
    capacity: MAXIMUM_SUMMARIES,
    read: async (requestId) => {
      const reading = await begin(requestId);
      const isRunning = reading.description.state === 'RUNNING';
      return isRunning ? readLiveSummary(reading) : readEndedSummary(reading);
    },
  });
  return {
    view: async (requestId) => views(knownRequestId(requestId)),
    summary: async (requestId) => summaries(knownRequestId(requestId)),
  };
}
