/** What a fetch task is, and what comes of it: the border between the batch and the edge. */

import type { Depth, Outcome } from '../domain/outcome.ts';
import type { HeaderLine } from '../domain/header-line.ts';
import type { EdgeUrl } from './edge-url.ts';
import type { Slot } from './pop-limiter.ts';

/** One URL through the POP of its lane. */
export type FetchTask = {
  readonly url: EdgeUrl;
  /** The distribution's domain name: its first label stands in POP names. */
  readonly domainName: string;
  /** Expected body bytes, undefined while not measured. */
  readonly expectedBytes: number | undefined;
};

/** What came of a fetch task. */
export type FetchTaskResult = {
  /** Undefined when the task is handed back: cancelled, or the POP asked to be asked less. */
  readonly outcome: Outcome | undefined;
  readonly isSlowedDown: boolean;
  /** Body bytes of the last complete fetch; undefined when there was none. */
  readonly bodyBytes: number | undefined;
  /** GETs that were answered to the end, checks included. */
  readonly fetches: number;
  /** A cache asked the origin whether its copy is still good. */
  readonly isRevalidating: boolean;
  /** Status of the last answer, also of one that broke. */
  readonly status: number | undefined;
  readonly servedBy: string | undefined;
  readonly xCache: string | undefined;
  /** Why, in a few words; no query string and no header value of the caller. */
  readonly message: string | undefined;
};

/** The fetch tasks of one slot, one after the other, and what they have in common beside its POP. */
export interface Lane {
  readonly depth: Depth;
  /** The caller's headers, sent on each GET. */
  readonly headers: readonly HeaderLine[];
  readonly signal: AbortSignal;
  /** Called for each piece of a body with its bytes, also of GETs that break later. */
  readonly onBodyBytes: (bytes: number) => void;
  /** The next task; undefined when the slot is to be given back. */
  next(): FetchTask | undefined;
  /** Hears how the task that was given last ended, before the next one is asked for. */
  note(result: FetchTaskResult): void;
}

/** Asks for a place at a POP, by what its first task is expected to take. */
export type PlaceRequest = {
  /** POP id in upper case. */
  readonly pop: string;
  readonly expectedBytes: number | undefined;
  readonly signal: AbortSignal;
};

/** Runs fetch tasks. Safe for any number at once; the same (URL, POP) runs once at a time. */
export interface FetchTaskRunner {
  /**
   * A URL as tasks have it: to be made once for all its POPs.
   *
   * @throws TypeError when what stands before its path is not a normalised origin.
   */
  urlOf(text: string): EdgeUrl;
  /** Waits for a place to run tasks through a POP; undefined when `signal` fired first. */
  acquire(request: PlaceRequest): Promise<Slot | undefined>;
  /** Whether a slot may be used for one more task at once; see {@link Slot.mayStay}. */
  mayStay(slot: Slot, expectedBytes: number | undefined): boolean;
  /**
   * Runs the tasks of a lane in a slot: each fetches until its depth is reached or an outcome is
   * known. The slot stays the caller's to release. Failures of the POP, the object or the network are
   * outcomes, never thrown.
   */
  run(slot: Slot, lane: Lane): Promise<void>;
}
