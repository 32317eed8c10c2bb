import { endFill, type CacheEntry } from './cache-location.ts';
import { compressContent, createBufferContent, createContent, type BodySource } from './content.ts';
import type { Exchange } from './exchange.ts';
import { findFault } from './faults.ts';
import { errorPage, type GeneratedPage } from './generated-page.ts';
import { foundHeaders, pageHeaders, xCacheWord, type EdgeFacts } from './headers.ts';
import type { Found } from './lookup.ts';
import { parseRange, resolveRange } from './range.ts';
import { sendBody, type BodyToSend } from './send-body.ts';
import type { StoredResponse } from './stored-response.ts';
import type { Answer } from './viewer-request.ts';

/** Fills in what goes wrong with a body, by the faults of the exchange. */
function spoilBody(exchange: Exchange, body: BodyToSend): BodyToSend {
  const { faults, response, connection } = exchange;
  const slow = findFault(faults, 'slow');
  const paced = slow === undefined ? body : { ...body, bytesPerSecond: slow.bytesPerSecond };
  const stall = findFault(faults, 'stall');
  const truncate = findFault(faults, 'truncate');
  const reset = findFault(faults, 'reset');
  const fault = stall ?? truncate ?? reset;
  if (fault === undefined) return paced;
  const halfByte = Math.floor((body.endByte - body.startByte) / 2);
  const cutAtByte = Math.min(body.endByte, body.startByte + (fault.afterBytes ?? halfByte));
  function cut(): void {
    if (stall !== undefined) return;
    if (truncate !== undefined) response.socket?.destroySoon();
    else connection.socket.resetAndDestroy();
  }
  response.flushHeaders();
  return { ...paced, cutAtByte, cut };
}

function contentOf({ encoding, originBytes, version }: StoredResponse): BodySource {
  if (encoding === '') return createContent(version);
  return createBufferContent(compressContent({ bodyBytes: originBytes, version, encoding }));
}

function writeHead(exchange: Exchange, status: number, headers: string[]): void {
  const { response } = exchange;
  headers.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close');
  response.sendDate = false;
  response.writeHead(status, headers);
}

function deliverPage(exchange: Exchange, page: GeneratedPage, facts: EdgeFacts): void {
  exchange.logged.status = page.status;
  exchange.logged.result = page.xCache;
  writeHead(exchange, page.status, pageHeaders(page, facts));
  exchange.response.end(page.body);
}

function deliverFound(exchange: Exchange, found: Found, facts: EdgeFacts): void {
  const { stored } = found;
  const asked = stored.acceptsRanges ? parseRange(exchange.request.headers.range) : undefined;
  const range = asked && resolveRange(asked, stored.bodyBytes);
  if (asked !== undefined && range === undefined) {
    deliverPage(exchange, errorPage(416, { message: 'The range lies outside the object.' }), facts);
    return;
  }
  const status = range === undefined ? stored.status : 206;
  exchange.logged.status = status;
  exchange.logged.result = xCacheWord(found);
  writeHead(exchange, status, foundHeaders(found, range, facts));
  if (exchange.method === 'HEAD') {
    exchange.response.end();
    return;
  }
  const { startByte, endByte } = range ?? { startByte: 0, endByte: stored.bodyBytes };
  sendBody(
    exchange.response,
    spoilBody(exchange, { content: contentOf(stored), startByte, endByte }),
  );
}

/** A whole GET that arrived counts for admission; half of one, a part, or a HEAD does not. */
function countServed(exchange: Exchange, found: Found, entry: CacheEntry): void {
  const isWhole = exchange.method === 'GET' && exchange.logged.status === 200;
  if (isWhole && found.stored.status === 200 && exchange.request.headers.range === undefined) {
    entry.wasServed = true;
  }
}

function endExchange(exchange: Exchange, answer: Answer): void {
  const isComplete = exchange.response.writableFinished;
  const end = isComplete ? 'complete' : 'aborted';
  exchange.logged.end = end;
  if ('page' in answer) return;
  for (const logged of answer.found.logged) logged.end = end;
  for (const fill of answer.found.fills) endFill(fill, isComplete);
  if (isComplete) countServed(exchange, answer.found, answer.entry);
}

/** Sends an answer when it is ready, and settles caches and log when it has arrived or not. */
export function deliver(exchange: Exchange, answer: Answer, now: () => number): void {
  const { response, request, faults, pop, receivedAtMs } = exchange;
  const readyAtMs = 'page' in answer ? receivedAtMs : answer.found.readyAtMs;
  const latencyMs = findFault(faults, 'latency')?.firstByteMs ?? 0;
  const waitMs = Math.max(0, readyAtMs - receivedAtMs) + latencyMs;

  function send(): void {
    const wantsTiming =
      request.headers.pragma !== undefined && /\bserver-timing\b/i.test(request.headers.pragma);
    const facts = {
      popId: pop.id,
      faults,
      sendsServerTiming:
        wantsTiming &&
        'behaviour' in answer &&
        answer.behaviour.serverTiming &&
        findFault(faults, 'no_server_timing') === undefined,
      nowMs: now(),
      receivedAtMs,
    };
    if ('page' in answer) deliverPage(exchange, answer.page, facts);
    else deliverFound(exchange, answer.found, facts);
  }

  const timer = waitMs > 0 ? setTimeout(send, waitMs) : undefined;
  response.once('close', () => {
    clearTimeout(timer);
    endExchange(exchange, answer);
  });
  if (timer === undefined) send();
}
