import type {
  PrewarmInput,
  ProgressAnswer,
  RequestSummary,
  ResultsPage,
  ResultsPageRequest,
} from '../../domain/prewarm.ts';

/** How a request's workflow stands, in Temporal's words. */
export type WorkflowState =
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TERMINATED'
  | 'TIMED_OUT';

/** A fetch activity that has not ended, as Temporal describes it. */
export type PendingFetch = {
  readonly activityId: string;
  /** Whether a fetch worker holds it. */
  readonly isStarted: boolean;
  readonly scheduledAtMs: number | undefined;
  /** What the fetch worker said last, decoded; undefined before its first heartbeat. */
  readonly heartbeat: unknown;
};

/** A request as Temporal describes it, without asking the workflow. */
export type RequestDescription = {
  readonly state: WorkflowState;
  readonly startedAtMs: number;
  readonly closedAtMs: number | undefined;
  /** Whether the workflow's code has run at all. */
  readonly hasBegun: boolean;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly pendingFetches: readonly PendingFetch[];
};

/** How a request's workflow ended: what it left, and Temporal's reason where it left nothing. */
export type RequestEnding = {
  readonly summary: RequestSummary | undefined;
  /** Why it was terminated or failed; undefined after a normal end. */
  readonly reason: string | undefined;
};

/** What starts a request. */
export type PrewarmStart = {
  readonly requestId: string;
  readonly input: PrewarmInput;
  readonly memo: Readonly<Record<string, unknown>>;
};

/** A request in a list of visibility. */
export type ListedRequest = {
  readonly requestId: string;
  readonly state: WorkflowState;
  readonly startedAtMs: number;
  readonly closedAtMs: number | undefined;
  readonly memo: Readonly<Record<string, unknown>>;
  /** The search attribute of the status; undefined where the workflow has not set it yet. */
  readonly status: string | undefined;
  /** The search attribute of the domains. */
  readonly domains: readonly string[];
};

/** A page of visibility. */
export type ListPage = {
  readonly requests: readonly ListedRequest[];
  /** Empty on the last page. */
  readonly nextPageToken: Uint8Array;
};

/** Which page of visibility. */
export type ListQuery = {
  readonly query: string;
  readonly pageSize: number;
  readonly pageToken: Uint8Array;
};

/**
 * All that the api asks of Temporal.
 *
 * Each call ends by its deadline (milliseconds since the epoch), so that no caller waits for ever
 * for a server that is away.
 *
 * @throws ApiError 404 for a request that Temporal doesn't know (any more), 503 when Temporal is
 * away, too slow or refuses.
 */
export interface TemporalGateway {
  /** Starts a request; false when the id was used before, by a request running or ended. */
  start(start: PrewarmStart, deadlineAtMs: number): Promise<boolean>;
  describe(requestId: string, deadlineAtMs: number): Promise<RequestDescription>;
  /** Asks the workflow; needs a control worker, also for an ended request. */
  progress(requestId: string, deadlineAtMs: number): Promise<ProgressAnswer>;
  /** See {@link progress}. */
  summary(requestId: string, deadlineAtMs: number): Promise<RequestSummary>;
  /** See {@link progress}. */
  resultsPage(
    requestId: string,
    page: ResultsPageRequest,
    deadlineAtMs: number,
  ): Promise<ResultsPage>;
  /** How an ended request ended. Waits until the deadline while it is running. */
  ending(requestId: string, deadlineAtMs: number): Promise<RequestEnding>;
  /** Tells a request why, then cancels it. */
  stop(requestId: string, reason: string, deadlineAtMs: number): Promise<void>;
  /** Sets a request's share of the fleet. */
  setInstanceCount(requestId: string, instances: number, deadlineAtMs: number): Promise<void>;
  list(query: ListQuery, deadlineAtMs: number): Promise<ListPage>;
  /** Bytes that an input takes in Temporal's store, after compression. */
  storedBytes(input: PrewarmInput): Promise<number>;
  /** Whether Temporal answers and knows the namespace. */
  check(deadlineAtMs: number): Promise<void>;
}
