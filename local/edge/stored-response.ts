import type { ByteRange } from './range.ts';

/** A response as a cache holds it: what is needed to give it again, without its bytes. */
export type StoredResponse = {
  status: number;
  contentType: string;
  /** Length on the wire, that is after compression. */
  bodyBytes: number;
  /** Length at the origin; the same as `bodyBytes` when not compressed. */
  originBytes: number;
  /** Which content the origin had: equal versions are equal bytes. */
  version: number;
  encoding: '' | 'br' | 'gzip';
  /** Sent without Content-Length, because the origin did so. */
  isChunked: boolean;
  acceptsRanges: boolean;
  cacheControl: string;
  variesByEncoding: boolean;
  /** Milliseconds since the epoch. */
  storedAtMs: number;
  /** Milliseconds since the epoch; `undefined` when no cache may keep it. */
  expiresAtMs: number | undefined;
};

/** Parts of an object that a cache got by Range requests. */
export type Fragments = {
  of: StoredResponse;
  ranges: ByteRange[];
};

/** Validator of a version, as an entity tag (RFC 9110 §8.8.3). */
export function entityTag(stored: StoredResponse): string {
  return `"${stored.originBytes.toString(16)}-${stored.version}${stored.encoding && `-${stored.encoding}`}"`;
}
