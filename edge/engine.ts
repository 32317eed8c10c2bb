/** The one interface of the HTTP engines: what the product needs of a GET, and nothing more. */

import type { EdgeAddress } from '../domain/directory-file.ts';
import type { EdgeUrl } from './edge-url.ts';

export type { EdgeAddress } from '../domain/directory-file.ts';

/** Time limits of one GET, all in milliseconds, and the slowest body that is waited for. */
export type EngineDeadlines = {
  /** TCP and TLS set-up. */
  readonly connectMs: number;
  /** From the request written to the status line; a miss may wait 120 s for the origin. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** The whole GET. */
  readonly totalMs: number;
  /** A body slower than this over a minute is given up as `too_slow`. */
  readonly minimumBytesPerSecond: number;
};

/** One GET to a pinned address. Host, SNI and certificate name are the URL's own. */
export type EngineRequest = {
  readonly url: EdgeUrl;
  readonly address: EdgeAddress;
  readonly method: 'GET' | 'HEAD';
  /** Header lines beyond Host and Connection, checked at the API's door: no CR, LF or control characters. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly deadlines: EngineDeadlines;
  readonly signal: AbortSignal;
  /** Called for each piece of the body with its bytes; must not throw. */
  readonly onBodyBytes?: (bytes: number) => void;
};

/**
 * The header fields of an answer, read by name. Narrower than a map, so that an engine may keep the
 * fields as they came; every `ReadonlyMap<string, readonly string[]>` is one.
 */
export interface HeaderView {
  /** All values of the field in their order, undefined when it did not come. `name` in lower case. */
  get(name: string): readonly string[] | undefined;
  /** Each field once, its lower-case name with all its values. */
  entries(): Iterable<readonly [name: string, values: readonly string[]]>;
}

/** A complete answer: the whole body has arrived and was counted, never kept. */
export type EngineAnswer = {
  readonly status: number;
  /** Lower-case name → all values in order; a header that came once has one value. */
  readonly headers: HeaderView;
  /** Body bytes as they were on the wire, after chunk framing, before any content coding. */
  readonly bodyBytes: number;
  /** Content-Length where stated. */
  readonly statedBytes: number | undefined;
  /** True when the body ended with the connection, so that its completeness can't be checked. */
  readonly isLengthUnknown: boolean;
  readonly address: EdgeAddress;
  readonly isConnectionReused: boolean;
  readonly connectMs: number | undefined;
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** When it was complete, by `performance.now()`. */
  readonly endedAtMs: number;
};

/** Why a GET gave no complete answer: the closed list. */
export const ENGINE_ERROR_CODES = [
  'connect_failed',
  'connect_timeout',
  'tls_error',
  'first_byte_timeout',
  'idle_timeout',
  'too_slow',
  'deadline',
  'truncated',
  'protocol',
  'reset',
  'aborted',
  'too_large',
] as const;

/** One of {@link ENGINE_ERROR_CODES}. */
export type EngineErrorCode = (typeof ENGINE_ERROR_CODES)[number];

/** What is known of a GET that broke. `status` and `headers` are set once the answer had begun. */
export type EngineErrorFacts = {
  readonly code: EngineErrorCode;
  readonly bodyBytes: number;
  readonly status: number | undefined;
  readonly headers: HeaderView | undefined;
};

/** Thrown when a GET gave no complete answer. Match on `code`, never on the text. */
export class EngineError extends Error {
  override readonly name = 'EngineError' as const;
  readonly code: EngineErrorCode;
  readonly facts: EngineErrorFacts;

  constructor(message: string, facts: EngineErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.code = facts.code;
    this.facts = facts;
  }
}

/** An HTTP engine: undici, or the product's own. Safe for any number of GETs at once. */
export interface EdgeEngine {
  /**
   * Performs one GET and reads its whole body.
   *
   * @throws EngineError when no complete answer came, also when `signal` fired (`aborted`).
   */
  fetch(request: EngineRequest): Promise<EngineAnswer>;
  /** Connections open now, idle ones included. */
  openConnections(): number;
  /** Closes every connection; GETs in flight end as `aborted`. */
  close(): Promise<void>;
}
