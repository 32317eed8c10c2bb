import type { CacheKey } from './cache-key.ts';
import type { ByteRange } from './range.ts';
import type { Fragments, StoredResponse } from './stored-response.ts';

/** Name of a caching layer as Server-Timing's `cdn-hit-layer` spells it. */
export type LayerName = 'EDGE' | 'REC' | 'Origin Shield';

/** A body on its way into a cache. It is kept when one of its readers got all of it. */
export type Fill = {
  entry: CacheEntry;
  stored: StoredResponse;
  /** Only this part is on its way. */
  range: ByteRange | undefined;
  /** Fills of the layers behind, fed by the same bytes. */
  behind: readonly Fill[];
  /** When the first byte is there, in milliseconds since the epoch. */
  readyAtMs: number;
  readers: number;
};

/**
 * Everything a location knows under one key. Clearing a location forgets its entries; a fill that
 * is still under way then ends in a forgotten entry and so leaves nothing behind.
 */
export type CacheEntry = {
  /** A whole GET was answered here before: what admission rule A asks. */
  wasServed: boolean;
  stored: StoredResponse | undefined;
  fragments: Fragments | undefined;
  fill: Fill | undefined;
  /** Until when a LimitExceeded answer is repeated, in milliseconds since the epoch. */
  limitedUntilMs: number;
};

/** One cache: a POP's, or a regional edge cache. */
export interface CacheLocation {
  name: string;
  kind: 'pop' | 'regional';
  entryFor: (key: CacheKey) => CacheEntry;
  entries: () => IterableIterator<[CacheKey, CacheEntry]>;
  /** Forgets every entry whose key matches. */
  clear: (matches: (key: CacheKey) => boolean) => void;
}

const MAX_ENTRIES = 500_000;
const MAX_FRAGMENTS = 16;

/** Creates an empty cache of at most {@link MAX_ENTRIES} keys; beyond that the oldest goes. */
export function createCacheLocation(name: string, kind: CacheLocation['kind']): CacheLocation {
  const entries = new Map<CacheKey, CacheEntry>();
  return {
    name,
    kind,
    entries: () => entries.entries(),
    entryFor: function entryFor(key) {
      const known = entries.get(key);
      if (known !== undefined) return known;
      const oldest = entries.keys().next();
      if (entries.size >= MAX_ENTRIES && !oldest.done) entries.delete(oldest.value);
      const entry = {
        wasServed: false,
        stored: undefined,
        fragments: undefined,
        fill: undefined,
        limitedUntilMs: 0,
      };
      entries.set(key, entry);
      return entry;
    },
    clear: function clear(matches) {
      for (const key of entries.keys()) if (matches(key)) entries.delete(key);
    },
  };
}

/** Whether the parts held cover the whole range. */
export function holdsRange({ ranges }: Fragments, { startByte, endByte }: ByteRange): boolean {
  return ranges.some((held) => held.startByte <= startByte && held.endByte >= endByte);
}

function keepFragment(entry: CacheEntry, stored: StoredResponse, range: ByteRange): void {
  const known = entry.fragments?.of.version === stored.version ? entry.fragments.ranges : [];
  let { startByte, endByte } = range;
  const apart = known.filter((held) => {
    const isApart = held.endByte < startByte || held.startByte > endByte;
    if (!isApart) {
      startByte = Math.min(startByte, held.startByte);
      endByte = Math.max(endByte, held.endByte);
    }
    return isApart;
  });
  const ranges = [...apart, { startByte, endByte }].slice(-MAX_FRAGMENTS);
  entry.fragments = { of: stored, ranges };
}

/**
 * Ends one reader's part in a fill. The cache keeps the body when the reader got all of it; it
 * gives up when the last reader left early ("CloudFront does not cache the object in the edge
 * location", Developer Guide, "Request and response behavior for custom origins").
 */
export function endFill(fill: Fill, isComplete: boolean): void {
  const { entry, stored, range } = fill;
  fill.readers -= 1;
  if (isComplete && range !== undefined) keepFragment(entry, stored, range);
  if (isComplete && range === undefined) {
    entry.stored = stored;
    entry.fragments = undefined;
  }
  if (entry.fill === fill && (isComplete || fill.readers === 0)) entry.fill = undefined;
}
