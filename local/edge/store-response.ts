import type { CacheKey } from './cache-key.ts';
import { chooseEncoding } from './compression.ts';
import { compressContent } from './content.ts';
import type { ResolvedBehaviour } from './distribution.ts';
import { timeToLiveSeconds } from './freshness.ts';
import type { OriginAnswer } from './origin.ts';
import type { StoredResponse } from './stored-response.ts';

/** Turns an answer of the origin into what caches hold under a key. */
export function storeResponse(
  { resource, version }: OriginAnswer,
  { key, behaviour, nowMs }: { key: CacheKey; behaviour: ResolvedBehaviour; nowMs: number },
): StoredResponse {
  const { status, contentType, bodyBytes, cacheControl, isChunked = false } = resource;
  const encoding = chooseEncoding(resource, key.encoding);
  const ttlSeconds = timeToLiveSeconds(behaviour, status, cacheControl);
  return {
    status,
    contentType,
    bodyBytes:
      encoding === '' ? bodyBytes : compressContent({ bodyBytes, version, encoding }).length,
    originBytes: bodyBytes,
    version,
    encoding,
    isChunked,
    acceptsRanges: !isChunked && status === 200,
    cacheControl,
    variesByEncoding: behaviour.compress,
    storedAtMs: nowMs,
    expiresAtMs: ttlSeconds === undefined ? undefined : nowMs + ttlSeconds * 1_000,
  };
}
