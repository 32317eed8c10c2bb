/** How many fetch tasks may run at once through one POP. */

/** What one GET showed of its POP. */
export type FetchObservation = {
  readonly bodyBytes: number;
  /** From the request written to the answer's first byte; 0 where none came. */
  readonly firstByteMs: number;
  /** The whole GET, without the set-up of its connection. */
  readonly totalMs: number;
  /** When it ended, by the policy's clock. */
  readonly endedAtMs: number;
  /** No complete answer came, or CloudFront asked to be asked less. */
  readonly isFailed: boolean;
};

/** Fetch tasks of all sizes, or of large objects alone. */
export type LimitedSize = 'any' | 'large';

/** Decides on the concurrency of one POP, and may learn from what its GETs show. */
export interface PopConcurrency {
  /** Fetch tasks that may run at once, at least 1. */
  limitOf(size: LimitedSize): number;
  /** A fetch task has to wait because of that limit: only then does the limit decide on the speed. */
  noteFull(size: LimitedSize): void;
  note(observation: FetchObservation): void;
}

/** Decides on the concurrency of each POP. */
export interface ConcurrencyPolicy {
  /** To be asked when work on a POP begins, and then kept: what was learned of it grows old in a pause. */
  of(pop: string): PopConcurrency;
}

/** Objects above this count as large: a few fill the pipe, and more of them only share it. */
export const LARGE_OBJECT_BYTES = 64 * 1024 * 1024;

const LARGE_AT_ONCE = 3;

/** The same number of connections for every POP, three for large objects: what others are measured against. */
export function createFixedConcurrency(connectionsPerPop: number): ConcurrencyPolicy {
  const largeAtOnce = Math.min(LARGE_AT_ONCE, connectionsPerPop);
  const concurrency: PopConcurrency = {
    limitOf: (size) => (size === 'large' ? largeAtOnce : connectionsPerPop),
    noteFull: () => undefined,
    note: () => undefined,
  };
  return { of: () => concurrency };
}
