import type { Socket } from 'node:net';
import type { ByteRateLimit, ByteRateMember } from './byte-rate.ts';
import type { CoarseClock } from './coarse-clock.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { passedDeadline } from './deadlines.ts';
import type { EventLoopTurn, WaitingConnection } from './event-loop-turn.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeFailure } from './exchange-failure.ts';
import { ProtocolError } from './protocol-error.ts';
import type { ResponseParser } from './response-parser.ts';
import { classifySocketError } from './socket-error.ts';
import { openSocket, type SocketListener, type SocketMaterial } from './open-socket.ts';

/** What the connections of one engine share. */
export type ConnectionServices = {
  readonly clock: CoarseClock;
  readonly material: SocketMaterial;
  readonly byteRate: ByteRateLimit | undefined;
  readonly turn: EventLoopTurn;
  /** A connection unused for longer is closed. */
  readonly idleMs: number;
  readonly maximumBodyBytes: number;
};

/** Who gives a connection its work. */
export interface ConnectionOwner {
  /** Its answer is complete and it may take another exchange. */
  onIdle(connection: Connection): void;
  /**
   * It is gone. Called once, before its exchange hears of it. `unanswered` is an exchange that must be
   * sent again, on a new connection: a kept one died before a byte of its answer came.
   */
  onGone(connection: Connection, unanswered: Exchange | undefined): void;
}

/**
 * One socket with one exchange in flight at most. It never holds a byte of a body, and any byte that
 * no exchange asked for ends it: such bytes could pass for the answer to the next request.
 */
export class Connection implements SocketListener, ByteRateMember, WaitingConnection {
  readonly target: ConnectionTarget;
  turnBytes = 0;
  readonly openedAtMs: number;

  /** Coarse time of its last answer. */
  idleSinceMs = 0;

  readonly #services: ConnectionServices;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  #isConnected = false;
  #isReused = false;
  #isGone = false;

  /** Opens a connection for `exchange`, which it serves first. */
  constructor(exchange: Exchange, { target, services, owner }: ConnectionStart) {
    this.target = target;
    this.#services = services;
    this.#owner = owner;
    this.#exchange = exchange;
    this.openedAtMs = services.clock.preciseMs;
    exchange.beginConnecting(this.openedAtMs);
    this.#socket = openSocket(target, this, services.material);
  }

  /** Sends a further exchange; only after `onIdle`. */
  start(exchange: Exchange): void {
    this.#isReused = true;
    this.#exchange = exchange;
    this.#services.turn.write(this);
  }

  /** Closes it; its exchange, where it has one, ends with `failure`. */
  abandon(failure: ExchangeFailure): void {
    this.#lose(failure);
  }

  /** Resolves when its socket is closed; call after {@link abandon}. */
  async closed(): Promise<void> {
    if (this.#socket.closed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
    });
  }

  /** Looks at the deadlines of its exchange, or at its own idle time. */
  onTick(nowMs: number): void {
    if (this.#exchange === undefined) {
      if (nowMs - this.idleSinceMs > this.#services.idleMs) this.#destroy();
      return;
    }
    const failure = passedDeadline(this.#exchange, nowMs);
    if (failure !== undefined) this.#lose(failure);
  }

  onTurn(): void {
    this.#exchange?.release(this.#services.clock.preciseMs);
    this.#socket.resume();
  }

  onConnect(): void {
    this.#isConnected = true;
    if (this.#exchange !== undefined) this.#services.turn.write(this);
  }

  writeRequest(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.beginWaiting(this.#services.clock.preciseMs, this.#isReused);
    this.#socket.write(exchange.requestHead, 'latin1');
  }

  onRead(length: number, buffer: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.#destroy();
      return false;
    }
    const mayReadOn = this.#services.byteRate?.take(this, length) ?? true;
    const usedBytes = this.#feed(exchange, length, buffer);
    if (this.#isGone) return false;
    if (exchange.parser.isComplete) return this.#complete(exchange, length - usedBytes);
    if (!mayReadOn) exchange.hold(this.#services.clock.preciseMs);
    return mayReadOn;
  }

  onEnd(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return this.#destroy();
    const end = exchange.parser.endOfConnection();
    if (end === 'complete') {
      this.#complete(exchange, 0);
      return;
    }
    const what = `the connection ended after ${exchange.bodyBytes} body bytes`;
    const unanswered = this.#isConnected ? 'reset' : 'connect_failed';
    this.#lose({ code: end === 'truncated' ? 'truncated' : unanswered, what });
  }

  onError(error: Error): void {
    const code = classifySocketError(error, this.#isConnected);
    // A session that the peer no longer likes must not spoil the next handshake.
    if (code === 'tls_error') this.#services.material.sessions.delete(this.target.key);
    this.#lose({ code, what: error.message, cause: error });
  }

  /** Reads a piece of the answer; returns how many bytes of it belong to the answer. */
  #feed(exchange: Exchange, length: number, buffer: Buffer): number {
    let usedBytes = length;
    let failure: ExchangeFailure | undefined;
    try {
      usedBytes = exchange.parser.feed(buffer, length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      failure = { code: 'protocol', what: error.message, cause: error };
    }
    const { clock, maximumBodyBytes } = this.#services;
    if (exchange.phase === 'waiting' && exchange.parser.head !== undefined) {
      exchange.beginBody(clock.preciseMs);
    }
    exchange.lastBytesAtMs = clock.coarseMs;
    exchange.tellBodyBytes();
    failure ??= tooLarge(exchange.parser, maximumBodyBytes);
    if (failure !== undefined) this.#lose(failure);
    return usedBytes;
  }

  /** Returns whether to go on reading: for the next answer, or for bytes that nobody asked for. */
  #complete(exchange: Exchange, surplusBytes: number): boolean {
    const { byteRate, clock, turn } = this.#services;
    byteRate?.leave(this);
    if (exchange.heldSinceMs !== undefined) this.#socket.resume();
    this.#exchange = undefined;
    if (surplusBytes > 0 || !exchange.parser.keepsConnection) {
      this.#destroy();
    } else {
      this.idleSinceMs = clock.coarseMs;
      this.#owner.onIdle(this);
    }
    exchange.complete(clock.preciseMs);
    turn.tell(exchange);
    return !this.#isGone;
  }

  /**
   * The connection is lost: its exchange fails, or is sent again once where that is safe. The peer may
   * close a kept connection at the moment it is used again (RFC 9112 §9.3.1); GET and HEAD are
   * idempotent.
   */
  #lose(failure: ExchangeFailure): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange === undefined) return this.#destroy();
    const isUnanswered = failure.code === 'reset' && !exchange.parser.hasBegun;
    if (this.#isReused && isUnanswered && !exchange.hasRetried) {
      exchange.hasRetried = true;
      return this.#destroy(exchange);
    }
    this.#destroy();
    exchange.fail(failure);
  }

  #destroy(unanswered?: Exchange): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#services.byteRate?.leave(this);
    this.#socket.destroy();
    this.#owner.onGone(this, unanswered);
  }
}

/** What a connection starts with, beside its first exchange. */
export type ConnectionStart = {
  readonly target: ConnectionTarget;
  readonly services: ConnectionServices;
  readonly owner: ConnectionOwner;
};

function tooLarge(
  { framing, bodyBytes }: ResponseParser,
  maximumBodyBytes: number,
): ExchangeFailure | undefined {
  const statedBytes = framing.kind === 'sized' ? framing.statedBytes : 0;
  if (Math.max(bodyBytes, statedBytes) <= maximumBodyBytes) return undefined;
  return { code: 'too_large', what: `a body of more than ${maximumBodyBytes} bytes` };
}
