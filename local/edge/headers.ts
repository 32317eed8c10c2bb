import { createHash } from 'node:crypto';

import { findFault, type ActiveFaults } from './faults.ts';
import type { GeneratedPage } from './generated-page.ts';
import type { Found } from './lookup.ts';
import type { ByteRange } from './range.ts';
import { nextRequestId } from './request-id.ts';
import { entityTag, type StoredResponse } from './stored-response.ts';

/** Header names and values in turn, as `writeHead` takes them: names may come twice. */
export type RawHeaders = string[];

/** What the CloudFront headers of an answer depend on. */
export type EdgeFacts = {
  popId: string;
  faults: ActiveFaults;
  /** The viewer asked for it (`Pragma: server-timing`), and the policy has it. */
  sendsServerTiming: boolean;
  nowMs: number;
  receivedAtMs: number;
};

/** POP of the outer distribution, when one CloudFront stands in front of another. */
const OUTER_POP = 'DEL54-C1';

const viaByPop = new Map<string, string>();

function via(popId: string): string {
  let value = viaByPop.get(popId);
  if (value === undefined) {
    const server = createHash('md5').update(popId).digest('hex');
    value = `1.1 ${server}.cloudfront.net (CloudFront)`;
    viaByPop.set(popId, value);
  }
  return value;
}

let dateSecond = 0;
let dateText = '';

function httpDate(nowMs: number): string {
  const second = Math.floor(nowMs / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(nowMs).toUTCString();
  }
  return dateText;
}

/**
 * Server-Timing in the words of the Developer Guide ("Understanding response headers policies"):
 * the hit layer when a cache answered, the upstream metrics when the origin was asked.
 */
function serverTiming(found: Found, { popId, nowMs, receivedAtMs }: EdgeFacts, id: string): string {
  const pop = `cdn-pop;desc="${popId}",cdn-rid;desc="${id}"`;
  const firstByte = `cdn-downstream-fbl;dur=${Math.max(1, Math.round(nowMs - receivedAtMs))}`;
  if (found.outcome === 'hit') {
    return `cdn-cache-hit,${pop},cdn-hit-layer;desc="${found.hitLayer}",${firstByte}`;
  }
  const upstream =
    found.upstreamLayer === undefined
      ? ''
      : `cdn-upstream-layer;desc="${found.upstreamLayer}",cdn-upstream-dns;dur=0,` +
        `cdn-upstream-connect;dur=0,cdn-upstream-fbl;dur=${Math.round(nowMs - receivedAtMs)},`;
  return `${upstream}cdn-cache-${found.outcome},${pop},${firstByte}`;
}

/** First word of X-Cache for an answer of cache or origin. */
export function xCacheWord({ outcome, stored }: Found): string {
  if (stored.status >= 400) return 'Error';
  return { hit: 'Hit', miss: 'Miss', refresh: 'RefreshHit' }[outcome];
}

function edgeHeaders(headers: RawHeaders, word: string, facts: EdgeFacts): string {
  const id = nextRequestId();
  const isDoubled = findFault(facts.faults, 'doubled_pop') !== undefined;
  const vias = isDoubled ? `${via(facts.popId)}, ${via(OUTER_POP)}` : via(facts.popId);
  headers.push('X-Cache', `${word} from cloudfront`, 'Via', vias, 'X-Amz-Cf-Pop', facts.popId);
  if (isDoubled) headers.push('X-Amz-Cf-Pop', OUTER_POP);
  headers.push('X-Amz-Cf-Id', id);
  return id;
}

function objectHeaders(stored: StoredResponse, range: ByteRange | undefined): RawHeaders {
  const headers = ['Content-Type', stored.contentType];
  if (range !== undefined) {
    headers.push('Content-Length', String(range.endByte - range.startByte));
    headers.push(
      'Content-Range',
      `bytes ${range.startByte}-${range.endByte - 1}/${stored.bodyBytes}`,
    );
  } else if (!stored.isChunked) headers.push('Content-Length', String(stored.bodyBytes));
  if (stored.cacheControl !== '') headers.push('Cache-Control', stored.cacheControl);
  if (stored.status < 400) headers.push('ETag', entityTag(stored));
  if (stored.acceptsRanges) headers.push('Accept-Ranges', 'bytes');
  if (stored.encoding !== '') headers.push('Content-Encoding', stored.encoding);
  if (stored.variesByEncoding) headers.push('Vary', 'Accept-Encoding');
  return headers;
}

/** Headers of an answer that came from a cache or the origin. */
export function foundHeaders(
  found: Found,
  range: ByteRange | undefined,
  facts: EdgeFacts,
): RawHeaders {
  const { stored } = found;
  const headers = objectHeaders(stored, range);
  headers.push('Date', httpDate(facts.nowMs));
  if (findFault(facts.faults, 'no_cloudfront_headers') !== undefined) {
    headers.push('Server', 'nginx');
    return headers;
  }
  headers.push('Server', 'sample-origin');
  const id = edgeHeaders(headers, xCacheWord(found), facts);
  if (found.outcome !== 'miss') {
    headers.push('Age', String(Math.max(0, Math.floor((facts.nowMs - stored.storedAtMs) / 1_000))));
  }
  if (facts.sendsServerTiming) headers.push('Server-Timing', serverTiming(found, facts, id));
  return headers;
}

/** Headers of an answer that CloudFront made itself. */
export function pageHeaders(page: GeneratedPage, facts: EdgeFacts): RawHeaders {
  const headers = ['Server', 'CloudFront', 'Date', httpDate(facts.nowMs)];
  headers.push('Content-Type', 'text/html', 'Content-Length', String(page.body.length));
  if (page.location !== undefined) headers.push('Location', page.location);
  if (findFault(facts.faults, 'no_cloudfront_headers') === undefined) {
    edgeHeaders(headers, page.xCache, facts);
  }
  return headers;
}
