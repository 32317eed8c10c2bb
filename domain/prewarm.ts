/** What goes into and comes out of the workflow `prewarm`: plain JSON, additive changes only. */

import type { Depth, Outcome } from './outcome.ts';
import type { FetchSample } from './batch.ts';
import type { HeaderLine } from './header-line.ts';

/** A prewarm request as accepted at the door: normalised, within every limit. */
export type PrewarmInput = {
  readonly acceptedAtMs: number;
  readonly timeoutMs: number;
  /** Absolute, normalised, without duplicates; at most 50,000. */
  readonly urls: readonly string[];
  /** POP ids in upper case without duplicates; at most 1,000. Rows and columns of the grid keep this order. */
  readonly pops: readonly PopTarget[];
  /** As the caller gave it, lower case; undefined when each URL's own host decides. */
  readonly cfDomain?: string;
  readonly depth: Depth;
  readonly headers: readonly HeaderLine[];
  /** 0 leaves the fleet alone. */
  readonly instanceCount: number;
  readonly needInvalidate: boolean;
  /** Sentences for the caller, from the door. */
  readonly warnings: readonly string[];
  /** POPs refused before DNS was asked (another partition), with the reason. */
  readonly refusedPops: readonly FailedPop[];
};

/** A POP to warm and the regional edge cache behind it, by the catalogue's best knowledge. */
export type PopTarget = { readonly id: string; readonly area: string };

/** A POP that is not warmed, and why. */
export type FailedPop = { readonly pop: string; readonly reason: string };

/** A distribution that URLs of the request belong to. */
export type ResolvedDistribution = {
  /** Absent when nothing needed to be asked of AWS. */
  readonly id?: string;
  /** `d111111abcdef8.cloudfront.net`: its first label names the distribution in POP names. */
  readonly domainName: string;
  /** With Origin Shield one leader per URL is enough. */
  readonly hasOriginShield: boolean;
};

/** What `resolveTargets` found: whose URLs these are and which POPs exist. */
export type ResolvedTargets = {
  readonly distributions: readonly ResolvedDistribution[];
  /** Each URL host, lower case, with its place in `distributions`, or the reason why it is not served. */
  readonly hosts: Readonly<
    Record<string, { readonly distribution: number } | { readonly refusal: string }>
  >;
  /** Indexes into the input's `pops` of those that resolved. */
  readonly livePops: readonly number[];
  readonly failedPops: readonly FailedPop[];
  readonly warnings: readonly string[];
};

/** Where a request stands: the story of design, phase by phase. */
export type Phase = 'resolving' | 'invalidating' | 'filling' | 'closing' | 'closed';

/** The status words of the API contract. */
export type RequestStatus = 'IN_PROGRESS' | 'FINISHED' | 'TIMEOUT' | 'FAILED';

/** A batch in flight, as the progress query lists it: its activity's id and the fetch tasks it holds. */
export type BatchInFlight = {
  readonly activityId: string;
  readonly tasks: number;
  /**
   * Run-length encoded letters, one for each URL of the batch: `.` while its size is not measured.
   * Absent in the answers of earlier versions.
   */
  readonly measured?: string;
};

/** Counts and bytes of a request. Always `warmed + failed + inFlight + pending = total`. */
export type RequestTotals = {
  readonly phase: Phase;
  readonly status: RequestStatus;
  /** Why a request FAILED or was stopped; absent otherwise. */
  readonly stopReason?: string;
  readonly totalTasks: number;
  readonly warmedTasks: number;
  readonly failedTasks: number;
  /** Tasks of batches in flight, whether or not a worker holds them yet. */
  readonly inFlightTasks: number;
  readonly pendingTasks: number;
  /** Body bytes of each warmed task, once. */
  readonly warmedBytes: number;
  /** Body bytes of all tasks, once; the mean stands for sizes not measured yet. */
  readonly totalBytes: number;
  readonly isTotalBytesEstimated: boolean;
  /** Every body byte received, repeats included. */
  readonly bytesFetched: number;
  readonly fetches: number;
  readonly acceptedAtMs: number;
  readonly timeoutAtMs: number;
  readonly updatedAtMs: number;
};

/** Answer of the query `progress`. */
export type ProgressAnswer = {
  readonly totals: RequestTotals;
  /** Decides which letters of a heartbeat count as warmed. */
  readonly depth: Depth;
  readonly batchesInFlight: readonly BatchInFlight[];
  /** URLs whose sizes `totals` are made of; absent in the answers of earlier versions. */
  readonly measuredUrls?: number;
  readonly warnings: readonly string[];
};

/** One outcome kind of a request, with samples. */
export type OutcomeCount = {
  readonly outcome: Outcome;
  readonly tasks: number;
  /** At most 20. */
  readonly samples: readonly RequestSample[];
};

/** A fetch task remembered in full. */
export type RequestSample = Omit<FetchSample, 'url' | 'pop'> & {
  readonly url: string;
  readonly pop: string;
};

/** What was invalidated before warming. */
export type InvalidationSummary = {
  readonly paths: number;
  readonly lots: number;
  /** US dollars beyond the account's free 1,000 paths a month, if none was used before. */
  readonly priceUsd: number;
};

/** Answer of the query `summary`, and the workflow's result. */
export type RequestSummary = {
  readonly totals: RequestTotals;
  readonly depth: Depth;
  readonly outcomes: readonly OutcomeCount[];
  /** URLs warm nowhere, at most 10,000. */
  readonly failedUrls: readonly string[];
  readonly failedUrlsTotal: number;
  /** POPs that did not resolve, or where nothing could be fetched. */
  readonly failedPops: readonly FailedPop[];
  readonly revalidatingUrls: number;
  readonly invalidation?: InvalidationSummary;
  readonly warnings: readonly string[];
};

/** Argument of the query `results`: a page of rows. */
export type ResultsPageRequest = { readonly fromRow: number; readonly rows: number };

/** A page of the task grid: rows are URLs, columns POPs. */
export type ResultsPage = {
  readonly fromRow: number;
  readonly totalRows: number;
  /** The URL, and its measured body bytes where known, of each row of the page. */
  readonly rows: readonly { readonly url: string; readonly bodyBytes?: number }[];
  readonly pops: readonly string[];
  /** Run-length encoded letters of the page, row by row (`domain/run-length.ts`). */
  readonly cells: string;
  /** Samples whose row lies in the page. */
  readonly samples: readonly RequestSample[];
  /** Each URL host of the page with the domain name of its distribution, where that is known. */
  readonly domainNames?: Readonly<Record<string, string>>;
  /** Names of the caller's own header lines. */
  readonly headerNames?: readonly string[];
};
