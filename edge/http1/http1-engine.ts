import type { SecureContext } from 'node:tls';
import type { EdgeEngine, EngineRequest, EngineAnswer } from '../engine.ts';
import { type ByteRateLimit, TokenBucket } from './byte-rate.ts';
import { type ClockWatcher, type CoarseClock, createCoarseClock } from './coarse-clock.ts';
import { ConnectionPools } from './connection-pools.ts';
import { EventLoopTurn } from './event-loop-turn.ts';
import { Exchange } from './exchange.ts';
import { toEngineError } from './exchange-failure.ts';
import { CLOUDFRONT_MAXIMUM_BODY_BYTES } from './limits.ts';
import { createSocketMaterial } from './open-socket.ts';
import { ProtocolError } from './protocol-error.ts';
import { writeRequestHead } from './request-head.ts';
import { createEdgeSecureContext } from './secure-context.ts';

/** Settings of {@link createHttp1Engine}; all have defaults. */
export type Http1EngineOptions = {
  /** Shared by all connections. @default the built-in certificate authorities, TLS 1.2 or later */
  readonly secureContext?: SecureContext;
  /** Connections of the process, connecting and idle ones included. @default 256 */
  readonly maximumConnections?: number;
  /** Connections to one (address, host). @default `maximumConnections` */
  readonly maximumConnectionsPerPool?: number;
  /** How long a connection is kept unused, in milliseconds. @default 20,000 */
  readonly idleMs?: number;
  /** A longer body is `too_large`. @default 50 GiB, CloudFront's own limit */
  readonly maximumBodyBytes?: number;
  /** Bytes a second of all answers together. @default no limit */
  readonly maximumBytesPerSecond?: number;
  /** @default one timer of 100 ms */
  readonly clock?: CoarseClock;
};

/**
 * The product's own HTTP/1.1 engine: it fetches and discards, nothing else.
 *
 * A general client pays for what a prewarm never uses (bodies as streams, buffers a piece, header
 * objects). This one reads every piece into the same buffer, counts it, and keeps nothing. Timeouts
 * and aborts are seen at the ticks of one clock, up to 100 ms late.
 */
export function createHttp1Engine(options: Http1EngineOptions = {}): EdgeEngine {
  const clock = options.clock ?? createCoarseClock();
  const byteRate = byteRateLimit(options.maximumBytesPerSecond);
  const maximumConnections = options.maximumConnections ?? 256;
  const services = {
    clock,
    byteRate,
    turn: new EventLoopTurn(),
    material: createSocketMaterial(options.secureContext ?? createEdgeSecureContext()),
    idleMs: options.idleMs ?? 20_000,
    maximumBodyBytes: options.maximumBodyBytes ?? CLOUDFRONT_MAXIMUM_BODY_BYTES,
  };
  const pools = new ConnectionPools(services, {
    maximumConnections,
    maximumConnectionsPerPool: options.maximumConnectionsPerPool ?? maximumConnections,
  });
  const watchers = byteRate === undefined ? [pools] : [pools, byteRate];
  let isWatching = false;

  return {
    fetch(request) {
      if (!isWatching) for (const watcher of watchers) clock.watch(watcher);
      isWatching = true;
      return submit(pools, request, clock.preciseMs);
    },
    openConnections: () => pools.openConnections,
    async close() {
      for (const watcher of watchers) clock.unwatch(watcher);
      await pools.close();
    },
  };
}

function byteRateLimit(
  bytesPerSecond: number | undefined,
): (ByteRateLimit & ClockWatcher) | undefined {
  return bytesPerSecond === undefined ? undefined : new TokenBucket(bytesPerSecond);
}

function submit(
  pools: ConnectionPools,
  request: EngineRequest,
  startedAtMs: number,
): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    try {
      const requestHead = writeRequestHead(request);
      pools.submit(
        new Exchange(request, { requestHead, startedAtMs, settle: { resolve, reject } }),
      );
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const facts = {
        code: 'protocol',
        bodyBytes: 0,
        status: undefined,
        headers: undefined,
      } as const;
      reject(
        toEngineError(request, { code: 'protocol', what: error.message, cause: error }, facts),
      );
    }
  });
}
