import type { Distribution, ResolvedBehaviour } from './distribution.ts';

/** What CloudFront calls the viewer's normalised Accept-Encoding. */
export type NormalisedEncoding = '' | 'gzip' | 'br,gzip' | 'br';

/** One key of the caches. The same key is always the same object, so identity compares keys. */
export type CacheKey = {
  distributionId: string;
  path: string;
  /** Path, and `?query` where the behaviour puts the query string into the key. */
  target: string;
  encoding: NormalisedEncoding;
  /** Host header where the behaviour puts it into the key, else empty. */
  host: string;
};

/** What a key is made of. */
export type KeyParts = {
  distribution: Distribution;
  behaviour: ResolvedBehaviour;
  path: string;
  query: string;
  host: string;
  acceptEncoding: string | undefined;
};

/** Reduces Accept-Encoding to the encodings that CloudFront compresses with. */
export function normaliseEncoding(acceptEncoding: string | undefined): NormalisedEncoding {
  if (acceptEncoding === undefined) return '';
  const hasGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(acceptEncoding);
  const hasBrotli = /\bbr\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(acceptEncoding);
  if (hasBrotli) return hasGzip ? 'br,gzip' : 'br';
  return hasGzip ? 'gzip' : '';
}

/** Gives one object for each distinct key. */
export interface CacheKeys {
  keyFor: (parts: KeyParts) => CacheKey;
}

const MAX_KEYS = 1_000_000;

/**
 * Keeps the keys in use. Beyond {@link MAX_KEYS} the oldest is forgotten, which evicts what the
 * caches hold under it: a later request makes a new key.
 */
export function createCacheKeys(): CacheKeys {
  const keys = new Map<string, CacheKey>();
  return {
    keyFor: function keyFor({ distribution, behaviour, path, query, host, acceptEncoding }) {
      const target = behaviour.queryStringInKey && query !== '' ? `${path}?${query}` : path;
      const encoding = behaviour.compress ? normaliseEncoding(acceptEncoding) : '';
      const keyHost = behaviour.hostInKey ? host : '';
      const name = `${distribution.settings.id} ${encoding} ${keyHost} ${target}`;
      const known = keys.get(name);
      if (known !== undefined) return known;
      const oldest = keys.keys().next();
      if (keys.size >= MAX_KEYS && !oldest.done) keys.delete(oldest.value);
      const key = {
        distributionId: distribution.settings.id,
        path,
        target,
        encoding,
        host: keyHost,
      };
      keys.set(name, key);
      return key;
    },
  };
}
