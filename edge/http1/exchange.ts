import type { EngineAnswer, EngineError, EngineRequest } from '../engine.ts';
import { type ExchangeFailure, toEngineError } from './exchange-failure.ts';
import { ResponseParser } from './response-parser.ts';

/** Where a GET is: in the queue, behind a connection set-up, before its head, in its body. */
export type ExchangePhase = 'queued' | 'connecting' | 'waiting' | 'body';

/** How the caller of a GET hears of its end; exactly one of the two is called, once. */
export type Settle = {
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: EngineError) => void;
};

/** One GET from the caller's `fetch` to its end: what was asked, how far it is, how it is told. */
export class Exchange {
  readonly request: EngineRequest;
  /** The request's bytes, checked. */
  readonly requestHead: string;
  /** Reads the answer, and so knows how far it is. */
  readonly parser: ResponseParser;
  phase: ExchangePhase = 'queued';
  phaseStartedAtMs: number;
  readonly startedAtMs: number;
  /** Set when it was sent again after a kept connection had died unanswered. */
  hasRetried = false;
  /** Body bytes that the caller was told of. */
  bodyBytes = 0;
  /** Coarse time of the last bytes of the answer. */
  lastBytesAtMs = 0;
  /** The running window of the minimum-rate rule: its start, and the body bytes there. */
  rateWindow = { startedAtMs: 0, bodyBytes: 0 };
  /** Set while this process itself holds the body back to keep its bytes per second. */
  heldSinceMs: number | undefined;

  readonly #settle: Settle;
  #connectMs: number | undefined;
  #firstByteMs = 0;
  #isConnectionReused = false;
  #endedAtMs = 0;

  constructor(request: EngineRequest, { requestHead, startedAtMs, settle }: ExchangeStart) {
    this.request = request;
    this.requestHead = requestHead;
    this.parser = new ResponseParser(request.method);
    this.startedAtMs = startedAtMs;
    this.phaseStartedAtMs = startedAtMs;
    this.#settle = settle;
  }

  /** Its own connection is being set up. */
  beginConnecting(nowMs: number): void {
    this.#enter('connecting', nowMs);
  }

  /** Its bytes are written, on a new connection or on a kept one. */
  beginWaiting(nowMs: number, isConnectionReused: boolean): void {
    this.#isConnectionReused = isConnectionReused;
    this.#connectMs = isConnectionReused ? undefined : nowMs - this.phaseStartedAtMs;
    this.#enter('waiting', nowMs);
  }

  /** The final head is there. */
  beginBody(nowMs: number): void {
    this.#firstByteMs = nowMs - this.phaseStartedAtMs;
    this.lastBytesAtMs = nowMs;
    this.rateWindow = { startedAtMs: nowMs, bodyBytes: 0 };
    this.#enter('body', nowMs);
  }

  /** Tells the caller of the body bytes that were read since the last call. */
  tellBodyBytes(): void {
    const newBytes = this.parser.bodyBytes - this.bodyBytes;
    if (newBytes === 0) return;
    this.bodyBytes += newBytes;
    this.request.onBodyBytes?.(newBytes);
  }

  /** This process stops reading: time that passes now is not the peer's fault. */
  hold(nowMs: number): void {
    this.heldSinceMs ??= nowMs;
  }

  /** Reading goes on; the idle and the minimum-rate clocks skip the pause. */
  release(nowMs: number): void {
    if (this.heldSinceMs === undefined) return;
    const heldMs = nowMs - this.heldSinceMs;
    this.heldSinceMs = undefined;
    this.lastBytesAtMs += heldMs;
    this.rateWindow.startedAtMs += heldMs;
  }

  /** The whole answer is there; {@link succeed} tells the caller. */
  complete(nowMs: number): void {
    this.#endedAtMs = nowMs;
  }

  /** Tells the caller of the whole answer. */
  succeed(): void {
    const { head, framing } = this.parser;
    if (head === undefined) throw new Error('an exchange without an answer cannot succeed');
    this.#settle.resolve({
      status: head.status,
      headers: head.fields,
      bodyBytes: this.bodyBytes,
      statedBytes: framing.statedBytes,
      isLengthUnknown: framing.kind === 'close',
      address: this.request.address,
      isConnectionReused: this.#isConnectionReused,
      connectMs: this.#connectMs,
      firstByteMs: this.#firstByteMs,
      totalMs: this.#endedAtMs - this.startedAtMs,
      endedAtMs: this.#endedAtMs,
    });
  }

  /** No complete answer will come. */
  fail(failure: ExchangeFailure): void {
    const { head } = this.parser;
    this.#settle.reject(
      toEngineError(this.request, failure, {
        code: failure.code,
        bodyBytes: this.bodyBytes,
        status: head?.status,
        headers: head?.fields,
      }),
    );
  }

  #enter(phase: ExchangePhase, nowMs: number): void {
    this.phase = phase;
    this.phaseStartedAtMs = nowMs;
  }
}

/** What an exchange starts with. */
export type ExchangeStart = {
  readonly requestHead: string;
  readonly startedAtMs: number;
  readonly settle: Settle;
};
