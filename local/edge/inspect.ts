import type { CacheKey, NormalisedEncoding } from './cache-key.ts';
import type { CacheEntry, CacheLocation } from './cache-location.ts';
import type { Network } from './network.ts';
import type { Origin, OriginCount } from './origin.ts';
import { compilePattern } from './pattern.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

/** What one cache holds under one key. */
export type HeldObject = {
  /** POP id, or region of a regional edge cache. */
  location: string;
  kind: CacheLocation['kind'];
  distributionId: string;
  /** With the query string where it is part of the key. */
  path: string;
  /** Normalised Accept-Encoding in the key. */
  acceptEncoding: NormalisedEncoding;
  /** `fragment`: only parts, from Range requests. */
  state: 'complete' | 'fragment';
  status: number;
  /** Length on the wire, in bytes. */
  bodyBytes: number;
  version: number;
  isExpired: boolean;
};

/** Picks entries; patterns may have `*`. */
export type InspectFilter = {
  /** Pattern of the POP id, region, or `origin`. */
  location?: string;
  kind?: CacheLocation['kind'];
  distributionId?: string;
  /** Pattern of path and query. */
  path?: string;
  state?: HeldObject['state'];
  method?: string;
  /** @default 1000, at most 100000 */
  limit?: number;
  /** How many matching entries to leave out first. @default 0 */
  offset?: number;
};

/** A bounded part of an answer. */
export type Page<T> = {
  items: T[];
  /** Matching entries in all. */
  total: number;
};

/** Looks into the simulated CloudFront without changing it. */
export interface Inspect {
  /** What caches hold: answers of status 200 only, errors are left out. */
  caches: (filter?: InspectFilter) => Page<HeldObject>;
  /** What POPs, regional edge caches and the origin were asked, oldest first. */
  requests: (filter?: InspectFilter) => Page<LoggedRequest>;
  /** How often the origin was asked for each path. */
  origin: (filter?: InspectFilter) => Page<OriginCount>;
}

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 100_000;

function collect<T>(entries: Iterable<T>, filter: InspectFilter): Page<T> {
  const limit = Math.min(filter.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
  const offset = filter.offset ?? 0;
  const items: T[] = [];
  let total = 0;
  for (const entry of entries) {
    if (total >= offset && items.length < limit) items.push(entry);
    total += 1;
  }
  return { items, total };
}

function describe(
  location: CacheLocation,
  [key, entry]: [CacheKey, CacheEntry],
  nowMs: number,
): HeldObject | undefined {
  const held = entry.stored ?? entry.fragments?.of;
  if (held === undefined || held.status >= 400) return undefined;
  return {
    location: location.name,
    kind: location.kind,
    distributionId: key.distributionId,
    path: key.target,
    acceptEncoding: key.encoding,
    state: entry.stored === undefined ? 'fragment' : 'complete',
    status: held.status,
    bodyBytes: held.bodyBytes,
    version: held.version,
    isExpired: (held.expiresAtMs ?? 0) <= nowMs,
  };
}

/** Creates the views on caches, log and origin. */
export function createInspect(deps: {
  network: Network;
  log: RequestLog;
  origin: Origin;
  now: () => number;
}): Inspect {
  const { network, log, origin, now } = deps;

  function* held(filter: InspectFilter): Iterable<HeldObject> {
    const matchesLocation = compilePattern(filter.location ?? '*');
    const matchesPath = compilePattern(filter.path ?? '*');
    const nowMs = now();
    for (const location of network.locations()) {
      if (!matchesLocation(location.name)) continue;
      if (location.kind !== (filter.kind ?? location.kind)) continue;
      for (const entry of location.entries()) {
        const object = describe(location, entry, nowMs);
        if (object === undefined || !matchesPath(object.path)) continue;
        if (object.distributionId !== (filter.distributionId ?? object.distributionId)) continue;
        if (object.state === (filter.state ?? object.state)) yield object;
      }
    }
  }

  function* requests(filter: InspectFilter): Iterable<LoggedRequest> {
    const matchesLocation = compilePattern(filter.location ?? '*');
    const matchesPath = compilePattern(filter.path ?? '*');
    for (const logged of log.values()) {
      if (!matchesLocation(logged.location) || !matchesPath(logged.path)) continue;
      if (logged.method !== (filter.method ?? logged.method)) continue;
      if (logged.distributionId === (filter.distributionId ?? logged.distributionId)) yield logged;
    }
  }

  function* counts(filter: InspectFilter): Iterable<OriginCount> {
    const matchesPath = compilePattern(filter.path ?? '*');
    for (const count of origin.counts()) if (matchesPath(count.path)) yield count;
  }

  return {
    caches: (filter = {}) => collect(held(filter), filter),
    requests: (filter = {}) => collect(requests(filter), filter),
    origin: (filter = {}) => collect(counts(filter), filter),
  };
}
