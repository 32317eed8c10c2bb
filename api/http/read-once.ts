import { createLru } from './lru.ts';
import type { CacheAnswer } from './api-metrics.ts';
import { TemporalBusyError } from '../temporal/temporal-errors.ts';

/** A value as it was read, and how old it is. */
export type Reading<Value> = {
  readonly value: Value;
  /** 0 when fresh; else how old the value is because Temporal was too busy to be asked again. */
  readonly staleMs: number;
};

/** Settings of {@link createReadOnce}. */
export type ReadOnceOptions<Value> = {
  /** Reads a value; the last one is given so that nothing has to go backwards. */
  readonly read: (key: string, last: Value | undefined) => Promise<Value>;
  /** How long a value just read may be given again, from the start of its reading, in milliseconds. */
  readonly keepMs: (value: Value) => number;
  readonly capacity: number;
  readonly now: () => number;
  readonly onAnswer: (answer: CacheAnswer) => void;
};

type Entry<Value> = {
  value?: Value;
  /** Start of the reading that gave the value. */
  readAtMs: number;
  /** How long the value counts as fresh. */
  freshMs: number;
  /** No reading begins before. */
  nextAtMs: number;
  reading?: Promise<Reading<Value>> | undefined;
};

/** Pause after an answer that Temporal was too busy to give. */
const BUSY_PAUSE_MS = 700;

/**
 * Lets any number of callers share one reading of a key at a time, and its answer for a while.
 *
 * When Temporal is too busy to answer, the last value is given with its age.
 */
export function createReadOnce<Value>(options: ReadOnceOptions<Value>) {
  const { now, onAnswer, keepMs } = options;
  const entries = createLru<Entry<Value>>(options.capacity);

  async function read(key: string, entry: Entry<Value>): Promise<Reading<Value>> {
    const startMs = now();
    try {
      const value = await options.read(key, entry.value);
      entry.value = value;
      entry.readAtMs = startMs;
      entry.freshMs = keepMs(value);
      entry.nextAtMs = startMs + entry.freshMs;
      return { value, staleMs: 0 };
    } catch (error) {
      if (entry.value === undefined) entries.delete(key);
      if (!(error instanceof TemporalBusyError) || entry.value === undefined) throw error;
      entry.nextAtMs = now() + BUSY_PAUSE_MS;
      return { value: entry.value, staleMs: now() - entry.readAtMs };
    } finally {
      entry.reading = undefined;
    }
  }

  return async function readOnce(key: string): Promise<Reading<Value>> {
    const entry = entries.get(key) ?? { readAtMs: 0, freshMs: 0, nextAtMs: 0 };
    if (entry.value !== undefined && now() < entry.nextAtMs) {
      const staleMs = now() - entry.readAtMs;
      const isStale = staleMs > entry.freshMs;
      onAnswer(isStale ? 'stale' : 'hit');
      return { value: entry.value, staleMs: isStale ? staleMs : 0 };
    }
    onAnswer(entry.reading === undefined ? 'miss' : 'hit');
    entries.set(key, entry);
    entry.reading ??= read(key, entry);
    return entry.reading;
  };
}
