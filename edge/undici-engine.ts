/**
 * The HTTP engine on undici: one undici client a connection, so that the product knows which
 * connection a GET runs on, whether it was used before, and can close exactly that one.
 */

import type { SecureContext } from 'node:tls';
import { EngineError, type EdgeEngine, type EngineAnswer, type EngineRequest } from './engine.ts';
import { TokenBucket } from './http1/byte-rate.ts';
import { createCoarseClock, type CoarseClock } from './http1/coarse-clock.ts';
import { poolKey } from './http1/connection-target.ts';
import { TlsSessions } from './http1/tls-sessions.ts';
import { ConnectionPool } from './undici/connection-pool.ts';
import { openConnection, type Connection } from './undici/connection.ts';
import { UndiciGet } from './undici/undici-get.ts';

/** Dependencies of {@link createUndiciEngine}. */
export type UndiciEngineOptions = {
  /** Trust of every connection; certificates are always verified. */
  readonly secureContext: SecureContext;
  /** Connections kept at most, idle ones included. */
  readonly maxConnections: number;
  /** Body bytes a second of all GETs together, shared fairly; undefined without limit. */
  readonly maxBytesPerSecond?: number | undefined;
};

/**
 * An engine on undici. No redirects, no HTTP/2 (its default windows are 2.6 MB/s at 100 ms), no
 * interceptors; a GET is repeated only where a kept connection died before the answer began
 * (RFC 9110 §9.2.2 allows it).
 */
export function createUndiciEngine(options: UndiciEngineOptions): EdgeEngine {
  const clock = createCoarseClock();
  const sessions = new TlsSessions();
  const pool = new ConnectionPool(options.maxConnections);
  const byteRate = startByteRate(clock, options.maxBytesPerSecond);
  let isClosed = false;

  function take(request: EngineRequest, mayReuse: boolean): Connection {
    const { address } = request;
    const origin = request.url.origin.text;
    const key = poolKey(request);
    const { secureContext } = options;
    return pool.take({
      poolKey: key,
      mayReuse,
      open: () => openConnection({ poolKey: key, origin, address, secureContext, sessions }),
    });
  }

  async function attempt(request: EngineRequest, isRepeat: boolean): Promise<EngineAnswer> {
    if (request.signal.aborted || isClosed) throw aborted('the GET was cancelled before it began');
    const connection = take(request, !isRepeat);
    return new Promise((resolve, reject) => {
      new UndiciGet({
        request,
        connection,
        clock,
        byteRate,
        resolve(answer) {
          pool.giveBack(connection);
          resolve(answer);
        },
        reject(error, isRepeatable) {
          pool.discard(connection, error);
          if (isRepeatable && !isRepeat) resolve(attempt(request, true));
          else reject(error);
        },
      }).start();
    });
  }

  return {
    fetch: (request) => attempt(request, false),
    openConnections: () => pool.size,
    async close() {
      isClosed = true;
      if (byteRate !== undefined) clock.unwatch(byteRate);
      await pool.close(aborted('the engine was closed'));
    },
  };
}

function startByteRate(
  clock: CoarseClock,
  maxBytesPerSecond: number | undefined,
): TokenBucket | undefined {
  if (maxBytesPerSecond === undefined) return undefined;
  const byteRate = new TokenBucket(maxBytesPerSecond);
  clock.watch(byteRate);
  return byteRate;
}

function aborted(message: string): EngineError {
  const facts = { code: 'aborted', bodyBytes: 0, status: undefined, headers: undefined } as const;
  return new EngineError(message, facts);
}
