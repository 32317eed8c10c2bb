import type { ResolvedBehaviour } from './distribution.ts';

function readSeconds(cacheControl: string, directive: string): number | undefined {
  const match = new RegExp(`(?:^|[\\s,])${directive}=(\\d+)`, 'i').exec(cacheControl);
  return match === null ? undefined : Number(match[1]);
}

/** Whether a behaviour keeps everything out of the caches, known before the origin is asked. */
export function isDynamic({ caching, maxTtlSeconds }: ResolvedBehaviour): boolean {
  return caching === 'disabled' || maxTtlSeconds === 0;
}

/**
 * How long caches may keep a response, in seconds; `undefined` when none may. 0 is kept too, and
 * asked at the origin on each use.
 *
 * Source: Developer Guide, "Managing how long content stays in the cache" (minimum TTL 0 makes
 * `no-store`, `no-cache` and `private` count; s-maxage before max-age; errors have their own TTL).
 */
export function timeToLiveSeconds(
  behaviour: ResolvedBehaviour,
  status: number,
  cacheControl: string,
): number | undefined {
  if (status >= 400) {
    return behaviour.errorCachingTtlSeconds > 0 ? behaviour.errorCachingTtlSeconds : undefined;
  }
  if (isDynamic(behaviour)) return undefined;
  if (/\b(?:no-store|no-cache|private)\b/i.test(cacheControl)) {
    return behaviour.minTtlSeconds > 0 ? behaviour.minTtlSeconds : undefined;
  }
  const asked = readSeconds(cacheControl, 's-maxage') ?? readSeconds(cacheControl, 'max-age');
  if (asked === undefined) return behaviour.defaultTtlSeconds;
  return Math.min(Math.max(asked, behaviour.minTtlSeconds), behaviour.maxTtlSeconds);
}
