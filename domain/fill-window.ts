/** How many batches a request keeps in flight, and what follows from that number. */

const SLACK = 1.25;
const MINIMUM_WINDOW = 4;
const MAXIMUM_WINDOW = 750;

/** Heartbeats of one request that Temporal should see a second, all batches together. */
const HEARTBEATS_PER_SECOND = 250;
const MINIMUM_HEARTBEAT_INTERVAL_MS = 1_000;
const HEARTBEATS_BEFORE_LOST = 5;
/** A single large object blocks its worker less predictably than many small ones do. */
const LARGE_OBJECT_HEARTBEAT_TIMEOUT_MS = 30_000;

const MINIMUM_HISTORY_EVENTS = 4_096;
const MAXIMUM_HISTORY_EVENTS = 20_000;
/** Events that a full window still writes after the run was told to end, with room for queries. */
const HISTORY_EVENTS_PER_BATCH = 24;
const MEBIBYTE = 1_048_576;
const MINIMUM_HISTORY_BYTES = 4 * MEBIBYTE;
const MAXIMUM_HISTORY_BYTES = 20 * MEBIBYTE;

/**
 * Batches kept in flight: a quarter more than the instances have slots, so that none waits.
 *
 * @param instances fetch workers that the request may count on.
 * @param slots batches that one of them runs at once.
 * @returns 4..750.
 */
export function windowBatches(instances: number, slots: number): number {
  return clamp(Math.ceil(SLACK * instances * slots), MINIMUM_WINDOW, MAXIMUM_WINDOW);
}

/** Time between two heartbeats of a batch, so that a full window stays within Temporal's rates. */
export function heartbeatIntervalMs(window: number): number {
  return Math.max(
    MINIMUM_HEARTBEAT_INTERVAL_MS,
    Math.ceil((window / HEARTBEATS_PER_SECOND) * 1_000),
  );
}

/** Silence after which a batch counts as lost: five heartbeats, at least 30 s for a large object. */
export function heartbeatTimeoutMs(intervalMs: number, isLarge: boolean): number {
  const timeoutMs = HEARTBEATS_BEFORE_LOST * intervalMs;
  return isLarge ? Math.max(LARGE_OBJECT_HEARTBEAT_TIMEOUT_MS, timeoutMs) : timeoutMs;
}

/** The part of Temporal's workflow info that says how long a run's history is. */
export type HistorySize = {
  readonly historyLength: number;
  /** Bytes. */
  readonly historySize: number;
};

/**
 * Whether a run has to continue as new: at max(4,096 events, 24 a batch of the window), at most
 * 20,000, or at as many bytes as those events are allowed, 4 MiB..20 MiB.
 */
export function isHistoryFull(history: HistorySize, window: number): boolean {
  const events = clamp(
    HISTORY_EVENTS_PER_BATCH * window,
    MINIMUM_HISTORY_EVENTS,
    MAXIMUM_HISTORY_EVENTS,
  );
  const bytes = clamp(
    (events / MINIMUM_HISTORY_EVENTS) * MINIMUM_HISTORY_BYTES,
    MINIMUM_HISTORY_BYTES,
    MAXIMUM_HISTORY_BYTES,
  );
  return history.historyLength >= events || history.historySize >= bytes;
}

function clamp(value: number, minimum: number, maximum: number): number {
  return Math.min(maximum, Math.max(minimum, value));
}
