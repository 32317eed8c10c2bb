/** The wire form between the workflow and the fetch activity: one batch of fetch tasks. */

import type { Depth, Outcome } from './outcome.ts';
import type { HeaderLine } from './header-line.ts';

/** The tasks of one POP in a batch. */
export type BatchColumn = {
  readonly pop: string;
  /** Indexes into the batch's `urls`. */
  readonly urls: readonly number[];
};

/**
 * Input of the activity `fetchBatch`.
 *
 * The order of its tasks is column by column, URL by URL: outcomes are told as letters in that order.
 */
export type BatchInput = {
  readonly requestId: string;
  readonly depth: Depth;
  readonly headers: readonly HeaderLine[];
  readonly urls: readonly { readonly url: string; readonly expectedBytes?: number }[];
  readonly columns: readonly BatchColumn[];
  /** Each URL host with the domain name of its distribution. */
  readonly domainNames: Readonly<Record<string, string>>;
  readonly heartbeatIntervalMs: number;
};

/**
 * Heartbeat details of a batch: at most 4 KiB.
 *
 * What a dead worker leaves behind, so it says all that must not be fetched again.
 */
export type BatchHeartbeat = {
  /** Run-length encoded letters in task order, `.` for a task without outcome. */
  readonly letters: string;
  /** `[url index, body bytes]` of sizes measured; left out when there is no room. */
  readonly sizes?: readonly (readonly [number, number])[];
  readonly warmedBytes: number;
  readonly bytesFetched: number;
  readonly fetches: number;
};

/** Result of the activity `fetchBatch`: also of one that was cancelled or drained. */
export type BatchResult = BatchHeartbeat & {
  /** `[url index, body bytes]` of sizes measured, but for those that were expected so. */
  readonly sizes: readonly (readonly [number, number])[];
  /** At most 20 an outcome kind, none for `warm`, `filled` and `regional` beyond 3. */
  readonly samples: readonly FetchSample[];
  /** URL indexes whose fetches were RefreshHits: kept, but asked at the origin on each use. */
  readonly revalidates: readonly number[];
  /** Whether the batch ended before all its tasks were tried: cancelled, drained or slowed down. */
  readonly isPartial: boolean;
  /** POPs that answered LimitExceeded or CapacityExceeded. */
  readonly slowedPops: readonly string[];
  readonly elapsedMs: number;
};

/** A fetch task remembered in full: what does not fit a letter. */
export type FetchSample = {
  /** Index into the batch's `urls` (in a batch), into the request's URLs (in a request). */
  readonly url: number;
  /** Index of the batch's column, or of the request's POP. */
  readonly pop: number;
  readonly outcome: Outcome;
  readonly atMs: number;
  readonly status?: number;
  readonly bodyBytes?: number;
  /** POP ids that the answer named. */
  readonly servedBy?: string;
  readonly xCache?: string;
  /** At most 200 characters; never a query string or a header value. */
  readonly message?: string;
};
