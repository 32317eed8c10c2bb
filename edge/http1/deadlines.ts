import type { EngineDeadlines } from '../engine.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeFailure } from './exchange-failure.ts';

/** How long a body may stay below the minimum rate. */
export const RATE_WINDOW_MS = 60_000;

/**
 * Says why an exchange must end now, if it must: its caller gave up, or a deadline has passed.
 * Called at each tick of the clock, so a deadline fires up to 100 ms late.
 */
export function passedDeadline(exchange: Exchange, nowMs: number): ExchangeFailure | undefined {
  const { deadlines, signal } = exchange.request;
  if (signal.aborted) return { code: 'aborted', what: 'the caller gave it up' };
  if (nowMs - exchange.startedAtMs > deadlines.totalMs) {
    return { code: 'deadline', what: `not complete within ${deadlines.totalMs} ms` };
  }
  const inPhaseMs = nowMs - exchange.phaseStartedAtMs;
  if (exchange.phase === 'connecting' && inPhaseMs > deadlines.connectMs) {
    return { code: 'connect_timeout', what: `no connection within ${deadlines.connectMs} ms` };
  }
  if (exchange.phase === 'waiting' && inPhaseMs > deadlines.firstByteMs) {
    return { code: 'first_byte_timeout', what: `no answer within ${deadlines.firstByteMs} ms` };
  }
  if (exchange.phase === 'body' && exchange.heldSinceMs === undefined) {
    return stalledBody(exchange, deadlines, nowMs);
  }
  return undefined;
}

function stalledBody(
  exchange: Exchange,
  { idleMs, minimumBytesPerSecond }: EngineDeadlines,
  nowMs: number,
): ExchangeFailure | undefined {
  const at = `after ${exchange.bodyBytes} body bytes`;
  if (nowMs - exchange.lastBytesAtMs > idleMs) {
    return { code: 'idle_timeout', what: `nothing for ${idleMs} ms ${at}` };
  }
  const windowMs = nowMs - exchange.rateWindow.startedAtMs;
  if (windowMs < RATE_WINDOW_MS) return undefined;
  const bytes = exchange.bodyBytes - exchange.rateWindow.bodyBytes;
  if (bytes < (minimumBytesPerSecond * windowMs) / 1_000) {
    const rule = `fewer than ${minimumBytesPerSecond} a second`;
    return { code: 'too_slow', what: `${bytes} bytes in ${Math.round(windowMs)} ms, ${rule}` };
  }
  exchange.rateWindow = { startedAtMs: nowMs, bodyBytes: exchange.bodyBytes };
  return undefined;
}
