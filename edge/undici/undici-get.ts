import type { Dispatcher } from 'undici';
import {
  EngineError,
  type EngineAnswer,
  type EngineErrorCode,
  type EngineRequest,
  type HeaderView,
} from '../engine.ts';
import type { ByteRateLimit, ByteRateMember } from '../http1/byte-rate.ts';
import type { ClockWatcher, CoarseClock } from '../http1/coarse-clock.ts';
import { CLOUDFRONT_MAXIMUM_BODY_BYTES, MAXIMUM_INTERIM_ANSWERS } from '../http1/limits.ts';
import type { Connection } from './connection.ts';
import { errorCode, failureCode } from './failure-code.ts';
import { missedDeadline, startProgress, type GetProgress } from './get-progress.ts';

type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a GET needs, and whom it tells. Exactly one of `resolve` and `reject` is called, once. */
export type UndiciGetOptions = {
  readonly request: EngineRequest;
  readonly connection: Connection;
  readonly clock: CoarseClock;
  /** Body bytes a second of all GETs together; undefined without limit. */
  readonly byteRate: ByteRateLimit | undefined;
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: EngineError, isRepeatable: boolean) => void;
};

/** One GET on one connection: counts the body, watches the deadlines, names the failure. */
export class UndiciGet implements Dispatcher.DispatchHandler, ClockWatcher, ByteRateMember {
  turnBytes = 0;
  readonly #options: UndiciGetOptions;
  readonly #progress: GetProgress;
  #isSettled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #isReused = false;
  #bytesReadBefore = 0;
  #interimAnswers = 0;
  #status: number | undefined;
  #headers: HeaderView | undefined;
  #statedBytes: number | undefined;
  #firstByteMs = 0;

  constructor(options: UndiciGetOptions) {
    this.#options = options;
    this.#progress = startProgress(options.clock.preciseMs);
  }

  start(): void {
    const { request, connection, clock } = this.#options;
    clock.watch(this);
    connection.client.dispatch(
      {
        method: request.method,
        path: request.url.path,
        headers: request.headers.flat(),
      },
      this,
    );
  }

  onTick(nowMs: number): void {
    const { request } = this.#options;
    if (request.signal.aborted) {
      this.#fail('aborted', 'the GET was cancelled');
      return;
    }
    const code = missedDeadline(this.#progress, request.deadlines, nowMs);
    if (code !== undefined) this.#fail(code, `the GET was given up: ${code}`);
  }

  onTurn(): void {
    this.#progress.isHeld = false;
    this.#progress.lastBytesAtMs = this.#options.clock.coarseMs;
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const { connection, clock } = this.#options;
    this.#isReused = connection.answers > 0;
    this.#bytesReadBefore = connection.socket?.bytesRead ?? 0;
    this.#progress.requestedAtMs = clock.preciseMs;
  }

  onResponseStart(_controller: unknown, status: number, headers: HeaderRecord): void {
    if (status < 200) {
      this.#interimAnswers += 1;
      if (this.#interimAnswers > MAXIMUM_INTERIM_ANSWERS) {
        this.#fail('protocol', `more than ${MAXIMUM_INTERIM_ANSWERS} interim answers`);
      }
      return;
    }
    const nowMs = this.#options.clock.preciseMs;
    this.#firstByteMs = nowMs - (this.#progress.requestedAtMs ?? nowMs);
    this.#progress.lastBytesAtMs = nowMs;
    this.#progress.windowAtMs = nowMs;
    this.#status = status;
    this.#headers = viewOf(headers);
    this.#statedBytes = statedLength(this.#headers);
    if ((this.#statedBytes ?? 0) > CLOUDFRONT_MAXIMUM_BODY_BYTES) {
      this.#fail('too_large', `the body has ${this.#statedBytes} bytes`);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#progress.bodyBytes += chunk.length;
    this.#progress.lastBytesAtMs = this.#options.clock.coarseMs;
    this.#options.request.onBodyBytes?.(chunk.length);
    if (this.#progress.bodyBytes > CLOUDFRONT_MAXIMUM_BODY_BYTES) {
      this.#fail('too_large', `the body has more than ${CLOUDFRONT_MAXIMUM_BODY_BYTES} bytes`);
      return;
    }
    if (this.#options.byteRate?.take(this, chunk.length) === false) {
      this.#progress.isHeld = true;
      controller.pause();
    }
  }

  onResponseEnd(): void {
    const { request, connection, clock, resolve } = this.#options;
    if (this.#status === undefined || this.#headers === undefined || !this.#settle()) return;
    connection.answers += 1;
    const endedAtMs = clock.preciseMs;
    resolve({
      status: this.#status,
      headers: this.#headers,
      bodyBytes: this.#progress.bodyBytes,
      statedBytes: this.#statedBytes,
      isLengthUnknown: this.#isLengthUnknown(),
      address: request.address,
      isConnectionReused: this.#isReused,
      connectMs: this.#isReused ? undefined : connection.connectMs,
      firstByteMs: this.#firstByteMs,
      totalMs: endedAtMs - this.#progress.startedAtMs,
      endedAtMs,
    });
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (error instanceof EngineError) {
      this.#fail(error.code, error.message);
      return;
    }
    const code = failureCode(error, {
      phase: this.#phase(),
      hasPeerEnded: this.#options.connection.hasPeerEnded,
      bodyBytes: this.#progress.bodyBytes,
      statedBytes: this.#statedBytes,
    });
    this.#fail(code, error.message, error);
  }

  #fail(code: EngineErrorCode, reason: string, cause?: Error): void {
    const { request, connection, reject } = this.#options;
    const isSilent = (connection.socket?.bytesRead ?? 0) === this.#bytesReadBefore;
    const isRepeatable =
      code === 'reset' && this.#isReused && this.#phase() === 'waiting' && isSilent;
    if (!this.#settle()) return;
    const { host, port } = request.address;
    const detail = cause === undefined ? '' : errorCode(cause);
    const suffix = detail === '' ? reason : `${reason} (${detail})`;
    const facts = {
      code,
      bodyBytes: this.#progress.bodyBytes,
      status: this.#status,
      headers: this.#headers,
    };
    const message = `GET from ${request.url.origin.host} at ${host}:${port}: ${suffix}`;
    reject(new EngineError(message, facts, { cause }), isRepeatable);
  }

  #phase(): 'connecting' | 'waiting' | 'reading' {
    if (this.#status !== undefined) return 'reading';
    return this.#progress.requestedAtMs === undefined ? 'connecting' : 'waiting';
  }

  /** RFC 9112 §6.3: without a length and without chunks the end of the connection ends the body. */
  #isLengthUnknown(): boolean {
    if (this.#options.request.method === 'HEAD' || this.#status === 204 || this.#status === 304) {
      return false;
    }
    return this.#statedBytes === undefined && this.#headers?.get('transfer-encoding') === undefined;
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#options.clock.unwatch(this);
    this.#options.byteRate?.leave(this);
    return true;
  }
}

function statedLength(headers: HeaderView): number | undefined {
  const [value] = headers.get('content-length') ?? [];
  if (value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  return Number(value);
}

function viewOf(record: HeaderRecord): HeaderView {
  const valuesOf = (name: string): readonly string[] | undefined => {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    return typeof value === 'string' ? [value] : value;
  };
  return {
    get: valuesOf,
    *entries() {
      for (const name of Object.keys(record)) yield [name, valuesOf(name) ?? []] as const;
    },
  };
}
