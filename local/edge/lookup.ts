import type { CacheKey } from './cache-key.ts';
import { holdsRange, type CacheLocation, type Fill, type LayerName } from './cache-location.ts';
import type { ResolvedBehaviour } from './distribution.ts';
import type { OriginAnswer } from './origin.ts';
import { resolveRange, type RequestedRange } from './range.ts';
import type { LoggedRequest } from './request-log.ts';
import type { StoredResponse } from './stored-response.ts';

/**
 * When a POP keeps what it passes on; both rules fit what is known of CloudFront.
 * `A`: from the second whole GET that it answers. `B`: when its regional cache answers with a hit.
 */
export type AdmissionRule = 'A' | 'B';

/** One cache on the way to the origin. */
export type Layer = {
  name: LayerName;
  location: CacheLocation;
};

/** A viewer's request as the layers see it. */
export interface Lookup {
  key: CacheKey;
  behaviour: ResolvedBehaviour;
  method: string;
  range: RequestedRange | undefined;
  /** The POP first. */
  layers: readonly Layer[];
  admissionRule: AdmissionRule;
  nowMs: number;
  /** Logs the request at a regional edge cache. */
  logRegional: (location: string) => LoggedRequest;
  /** Asks the origin; the version is that of a copy held on the way. */
  askOrigin: (ifVersion: number | undefined) => OriginAnswer;
  /** Turns the origin's answer into what caches hold. */
  store: (answer: OriginAnswer) => StoredResponse;
  originLatencyMs: number;
}

/** Where an answer comes from, and what becomes of the caches when it is delivered. */
export type Found = {
  stored: StoredResponse;
  outcome: 'hit' | 'miss' | 'refresh';
  /** The layer that held the answer. */
  hitLayer: LayerName | undefined;
  /** The layer that asked the origin. */
  upstreamLayer: LayerName | undefined;
  /** When the first byte is there, in milliseconds since the epoch. */
  readyAtMs: number;
  /** Caches that keep the body when this reader gets all of it. */
  fills: readonly Fill[];
  /** Log entries that end with this answer. */
  logged: readonly LoggedRequest[];
  /** The layer behind only confirmed the copy that was held: it sent no body. */
  isNotModified: boolean;
};

function heldHere(lookup: Lookup, layer: Layer, ifVersion: number | undefined): Found | undefined {
  const { stored, fragments, fill } = layer.location.entryFor(lookup.key);
  const found = (held: StoredResponse): Found => ({
    stored: held,
    outcome: 'hit',
    hitLayer: layer.name,
    upstreamLayer: undefined,
    readyAtMs: lookup.nowMs,
    fills: [],
    logged: [],
    isNotModified: held.version === ifVersion,
  });
  const isFresh = (held: StoredResponse): boolean => (held.expiresAtMs ?? 0) > lookup.nowMs;
  if (stored !== undefined && isFresh(stored)) return found(stored);
  if (lookup.range !== undefined && fragments !== undefined && isFresh(fragments.of)) {
    const range = resolveRange(lookup.range, fragments.of.bodyBytes);
    if (range !== undefined && holdsRange(fragments, range)) return found(fragments.of);
  }
  // Request collapsing: the same object asked while it is on its way waits for that, and counts
  // as a hit (Developer Guide, "Simultaneous requests for the same object").
  if (fill === undefined || lookup.range !== undefined || lookup.method !== 'GET') return undefined;
  const fills = [fill, ...fill.behind];
  for (const joined of fills) joined.readers += 1;
  return { ...found(fill.stored), readyAtMs: fill.readyAtMs, fills };
}

function askOrigin(lookup: Lookup, layer: LayerName, ifVersion: number | undefined): Found {
  const answer = lookup.askOrigin(ifVersion);
  return {
    stored: lookup.store(answer),
    outcome: 'miss',
    hitLayer: undefined,
    upstreamLayer: layer,
    readyAtMs: lookup.nowMs + lookup.originLatencyMs,
    fills: [],
    logged: [answer.logged],
    isNotModified: answer.isNotModified,
  };
}

function isAdmitted(lookup: Lookup, layer: Layer, behind: Found): boolean {
  if (layer.name !== 'EDGE') return true;
  if (lookup.admissionRule === 'A') return layer.location.entryFor(lookup.key).wasServed;
  return behind.outcome === 'refresh' || behind.hitLayer === 'REC';
}

function startFill(lookup: Lookup, layer: Layer, behind: Found): Fill | undefined {
  const { stored, readyAtMs, fills } = behind;
  if (lookup.method !== 'GET' || behind.isNotModified) return undefined;
  const entry = layer.location.entryFor(lookup.key);
  const fill = { entry, stored, range: undefined, behind: fills, readyAtMs, readers: 1 };
  if (lookup.range !== undefined && stored.acceptsRanges) {
    const range = resolveRange(lookup.range, stored.bodyBytes);
    return range === undefined ? undefined : { ...fill, range };
  }
  // A Range request never counts for admission, also where the origin answers with the whole.
  if (lookup.range !== undefined && layer.name === 'EDGE') return undefined;
  if (!isAdmitted(lookup, layer, behind)) return undefined;
  if (stored.expiresAtMs !== stored.storedAtMs) entry.fill = fill;
  return fill;
}

/** What the layer makes of the answer of the layer behind it. */
function takeIn(lookup: Lookup, layer: Layer, behind: Found): Found {
  const { stored } = behind;
  if (stored.expiresAtMs === undefined) return behind;
  if (stored.status >= 400) {
    layer.location.entryFor(lookup.key).stored = stored;
    return behind;
  }
  const fill = startFill(lookup, layer, behind);
  return fill === undefined ? behind : { ...behind, fills: [fill, ...behind.fills] };
}

function ask(lookup: Lookup, index: number, ifVersion: number | undefined): Found {
  const layer = lookup.layers[index];
  if (layer === undefined) throw new Error('A lookup needs at least the layer of its POP');
  const here = heldHere(lookup, layer, ifVersion);
  if (here !== undefined) return here;

  const entry = layer.location.entryFor(lookup.key);
  const held = entry.stored?.status === 200 ? entry.stored : undefined;
  const version = held?.version ?? ifVersion;
  const behind =
    index === lookup.layers.length - 1
      ? askOrigin(lookup, layer.name, version)
      : askNext(lookup, index + 1, version);
  if (
    held === undefined ||
    held.version !== behind.stored.version ||
    behind.stored.status !== 200
  ) {
    return takeIn(lookup, layer, behind);
  }
  entry.stored = behind.stored;
  return {
    ...behind,
    outcome: 'refresh',
    hitLayer: undefined,
    isNotModified: held.version === ifVersion,
  };
}

function askNext(lookup: Lookup, index: number, ifVersion: number | undefined): Found {
  const logged = lookup.logRegional(lookup.layers[index]?.location.name ?? '');
  const found = ask(lookup, index, ifVersion);
  logged.status = found.isNotModified ? 304 : found.stored.status;
  logged.result = found.outcome;
  return { ...found, logged: [logged, ...found.logged] };
}

/**
 * Walks from the POP to the origin until a layer has the object.
 *
 * Decides at once and moves no bytes: the caller waits until `readyAtMs`, delivers the body, and
 * ends the fills, whole or not.
 */
export function lookUp(lookup: Lookup): Found {
  return ask(lookup, 0, undefined);
}
