import type { HeaderLine } from '../domain/header-line.ts';

type HeaderPair = readonly [name: string, value: string];

/**
 * What each GET says of itself. The encodings are those of browsers over HTTPS, since CloudFront
 * keeps a copy per normalised Accept-Encoding; the Pragma makes CloudFront tell its cache layers
 * wherever a response headers policy has Server-Timing, at any sampling rate, and is in no cache key
 * by default.
 */
const OWN_HEADERS: readonly HeaderPair[] = [
  ['Accept', '*/*'],
  ['Accept-Encoding', 'br, gzip'],
  ['Pragma', 'server-timing'],
  ['User-Agent', 'cloudfront-prewarm'],
];

/** By the callers' list: all tasks of a batch share one. */
const MERGED = new WeakMap<readonly HeaderLine[], readonly HeaderPair[]>();

/** Header lines of a GET: the caller's, and the product's own where the caller gave none. */
export function requestHeaders(callers: readonly HeaderLine[]): readonly HeaderPair[] {
  if (callers.length === 0) return OWN_HEADERS;
  const known = MERGED.get(callers);
  if (known !== undefined) return known;
  const given = new Set(callers.map(({ name }) => name.toLowerCase()));
  const own = OWN_HEADERS.filter(([name]) => name === 'Pragma' || !given.has(name.toLowerCase()));
  const merged = [...own, ...callers.map(({ name, value }): HeaderPair => [name, value])];
  MERGED.set(callers, merged);
  return merged;
}
