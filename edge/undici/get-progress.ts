import type { EngineDeadlines, EngineErrorCode } from '../engine.ts';
import { RATE_WINDOW_MS } from '../http1/deadlines.ts';

/** Where one GET stands, as its deadlines see it. Times are monotonic milliseconds. */
export type GetProgress = {
  readonly startedAtMs: number;
  /** When the request was written; undefined while the connection is being made. */
  requestedAtMs: number | undefined;
  /** When the status line came, then each piece of the body; undefined before. */
  lastBytesAtMs: number | undefined;
  bodyBytes: number;
  /** Whether the byte rate limit keeps the body waiting: then its peer is not to blame. */
  isHeld: boolean;
  /** Start of the minute under judgement, and the body bytes at that time. */
  windowAtMs: number;
  windowBytes: number;
};

/** The progress of a GET that starts now. */
export function startProgress(nowMs: number): GetProgress {
  return {
    startedAtMs: nowMs,
    requestedAtMs: undefined,
    lastBytesAtMs: undefined,
    bodyBytes: 0,
    isHeld: false,
    windowAtMs: nowMs,
    windowBytes: 0,
  };
}

/**
 * The deadline a GET has missed, if any. Moves the minute of the minimum rate on, so it is called
 * with times that never go back.
 */
export function missedDeadline(
  progress: GetProgress,
  deadlines: EngineDeadlines,
  nowMs: number,
): EngineErrorCode | undefined {
  if (nowMs - progress.startedAtMs > deadlines.totalMs) return 'deadline';
  if (progress.requestedAtMs === undefined) {
    return nowMs - progress.startedAtMs > deadlines.connectMs ? 'connect_timeout' : undefined;
  }
  if (progress.lastBytesAtMs === undefined) {
    return nowMs - progress.requestedAtMs > deadlines.firstByteMs
      ? 'first_byte_timeout'
      : undefined;
  }
  if (progress.isHeld) return undefined;
  if (nowMs - progress.lastBytesAtMs > deadlines.idleMs) return 'idle_timeout';
  return isTooSlow(progress, deadlines, nowMs) ? 'too_slow' : undefined;
}

function isTooSlow(progress: GetProgress, deadlines: EngineDeadlines, nowMs: number): boolean {
  const elapsedMs = nowMs - progress.windowAtMs;
  if (elapsedMs < RATE_WINDOW_MS) return false;
  const bytesPerSecond = ((progress.bodyBytes - progress.windowBytes) * 1_000) / elapsedMs;
  progress.windowAtMs = nowMs;
  progress.windowBytes = progress.bodyBytes;
  return bytesPerSecond < deadlines.minimumBytesPerSecond;
}
