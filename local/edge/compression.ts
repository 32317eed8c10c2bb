import type { NormalisedEncoding } from './cache-key.ts';
import type { OriginResource } from './origin.ts';

const COMPRESSED_TYPES = new Set([
  'application/javascript',
  'application/json',
  'application/rss+xml',
  'application/xml',
  'image/svg+xml',
  'text/css',
  'text/html',
  'text/javascript',
  'text/plain',
  'text/xml',
]);
const COMPRESSED_STATUSES = new Set([200, 403, 404]);

/**
 * Which encoding CloudFront compresses a response with; empty for none.
 *
 * Source: Developer Guide, "Serving compressed files": 1,000 to 10,000,000 bytes, a list of types,
 * status 200, 403 or 404, and a Content-Length; brotli before gzip.
 */
export function chooseEncoding(
  { status, contentType, bodyBytes, isChunked = false }: OriginResource,
  accepted: NormalisedEncoding,
): '' | 'br' | 'gzip' {
  const mediaType = contentType.split(';', 1)[0] ?? '';
  const isEligible =
    !isChunked &&
    bodyBytes >= 1_000 &&
    bodyBytes <= 10_000_000 &&
    COMPRESSED_STATUSES.has(status) &&
    COMPRESSED_TYPES.has(mediaType);
  if (!isEligible || accepted === '') return '';
  return accepted === 'gzip' ? 'gzip' : 'br';
}
