import type { ClockWatcher } from './coarse-clock.ts';
import { Connection, type ConnectionOwner, type ConnectionServices } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type ConnectionTarget, connectionTarget, poolKey } from './connection-target.ts';
import { passedDeadline } from './deadlines.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeFailure } from './exchange-failure.ts';

/** How many connections there may be. */
export type ConnectionLimits = {
  /** All connections of the process. */
  readonly maximumConnections: number;
  /** Connections to one (address, host). */
  readonly maximumConnectionsPerPool: number;
};

/** How long a pool may use a connection for its own queue while other pools have none to wait for. */
const TURN_MS = 1_000;

const GIVEN_UP: ExchangeFailure = { code: 'aborted', what: 'the caller gave it up' };
const CLOSED: ExchangeFailure = { code: 'aborted', what: 'the engine was closed' };

/**
 * Gives each exchange a connection: a kept one of its pool, a new one while the limits allow it, else
 * a place in its pool's queue. Pools that wait are served in turn, and a pool that has used a
 * connection for a second gives it way, so a POP with a long queue can't shut out the others.
 */
export class ConnectionPools implements ConnectionOwner, ClockWatcher {
  readonly #services: ConnectionServices;
  readonly #limits: ConnectionLimits;
  readonly #pools = new Map<string, ConnectionPool>();
  readonly #connections = new Set<Connection>();
  /** Pools with a queue, the one served longest ago first. */
  readonly #waitingPools = new Set<ConnectionPool>();
  #isClosed = false;

  constructor(services: ConnectionServices, limits: ConnectionLimits) {
    this.#services = services;
    this.#limits = limits;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /**
   * Serves an exchange now, or as soon as a connection may be had.
   *
   * @throws ProtocolError when the address is not an IP address and a port.
   */
  submit(exchange: Exchange): void {
    const { request } = exchange;
    if (this.#isClosed) return exchange.fail(CLOSED);
    if (request.signal.aborted) return exchange.fail(GIVEN_UP);
    const key = poolKey(request);
    const pool = this.#pools.get(key) ?? this.#addPool(connectionTarget(request, key));
    const idle = pool.takeIdle();
    if (idle !== undefined) return idle.start(exchange);
    if (this.#mayGrow(pool) && this.#makeRoom()) return this.#open(pool, exchange);
    pool.waiting.add(exchange);
    this.#waitingPools.add(pool);
  }

  /** Fails what is in flight or waits, closes every connection, and resolves when all are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const pool of this.#waitingPools) {
      for (const exchange of pool.waiting) exchange.fail(CLOSED);
      pool.waiting.clear();
    }
    this.#waitingPools.clear();
    const connections = [...this.#connections];
    for (const connection of connections) connection.abandon(CLOSED);
    await Promise.all(connections.map((connection) => connection.closed()));
  }

  onTick(nowMs: number): void {
    for (const connection of this.#connections) connection.onTick(nowMs);
    for (const pool of this.#waitingPools) {
      for (const exchange of pool.waiting) {
        const failure = passedDeadline(exchange, nowMs);
        if (failure === undefined) continue;
        pool.waiting.delete(exchange);
        exchange.fail(failure);
      }
      if (pool.waiting.size === 0) this.#waitingPools.delete(pool);
    }
  }

  onIdle(connection: Connection): void {
    const pool = this.#pools.get(connection.target.key);
    if (pool === undefined) return connection.abandon(CLOSED);
    const isTurnOver = this.#services.clock.coarseMs - connection.openedAtMs > TURN_MS;
    const mustGiveWay = isTurnOver || pool.waiting.size === 0;
    if (mustGiveWay && this.#nextToOpen(pool) !== undefined) {
      this.#moveToEndOfRing(pool);
      return connection.abandon(CLOSED);
    }
    const next = pool.takeWaiting();
    if (pool.waiting.size === 0) this.#waitingPools.delete(pool);
    if (next === undefined) pool.putIdle(connection);
    else connection.start(next);
  }

  onGone(connection: Connection, unanswered: Exchange | undefined): void {
    this.#connections.delete(connection);
    const pool = this.#pools.get(connection.target.key);
    if (pool === undefined) return;
    pool.remove(connection);
    if (this.#isClosed) unanswered?.fail(CLOSED);
    else if (unanswered !== undefined) this.#open(pool, unanswered);
    else this.#serveWaiting();
    if (pool.isUnused) this.#pools.delete(pool.target.key);
  }

  #serveWaiting(): void {
    while (this.#connections.size < this.#limits.maximumConnections) {
      const pool = this.#nextToOpen();
      const exchange = pool?.takeWaiting();
      if (pool === undefined || exchange === undefined) return;
      this.#moveToEndOfRing(pool);
      this.#open(pool, exchange);
    }
  }

  /** The next pool in turn that waits for a connection and may have one more. */
  #nextToOpen(except?: ConnectionPool): ConnectionPool | undefined {
    for (const pool of this.#waitingPools) {
      if (pool !== except && this.#mayGrow(pool)) return pool;
    }
    return undefined;
  }

  #moveToEndOfRing(pool: ConnectionPool): void {
    this.#waitingPools.delete(pool);
    if (pool.waiting.size > 0) this.#waitingPools.add(pool);
  }

  #mayGrow(pool: ConnectionPool): boolean {
    return pool.openConnections < this.#limits.maximumConnectionsPerPool;
  }

  /** Whether there is room for one more connection, if need be in place of one that nobody uses. */
  #makeRoom(): boolean {
    const { maximumConnections } = this.#limits;
    if (this.#connections.size >= maximumConnections) this.#longestIdle()?.abandon(CLOSED);
    return this.#connections.size < maximumConnections;
  }

  #longestIdle(): Connection | undefined {
    let longest: Connection | undefined;
    for (const { oldestIdle } of this.#pools.values()) {
      if (oldestIdle === undefined) continue;
      if (longest === undefined || oldestIdle.idleSinceMs < longest.idleSinceMs) {
        longest = oldestIdle;
      }
    }
    return longest;
  }

  #open(pool: ConnectionPool, exchange: Exchange): void {
    pool.openConnections += 1;
    const { target } = pool;
    const start = { target, services: this.#services, owner: this };
    this.#connections.add(new Connection(exchange, start));
  }

  #addPool(target: ConnectionTarget): ConnectionPool {
    const pool = new ConnectionPool(target);
    this.#pools.set(target.key, pool);
    return pool;
  }
}
