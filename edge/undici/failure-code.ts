import type { EngineErrorCode } from '../engine.ts';
import { classifySocketError } from '../http1/socket-error.ts';

/** What was known of a GET when undici reported an error. */
export type FailureSituation = {
  readonly phase: 'connecting' | 'waiting' | 'reading';
  /** The peer had closed its side before. */
  readonly hasPeerEnded: boolean;
  readonly bodyBytes: number;
  readonly statedBytes: number | undefined;
};

/** The code of an error that undici or a socket gave. Goes by `code`, never by text. */
export function failureCode(error: Error, situation: FailureSituation): EngineErrorCode {
  const { phase, hasPeerEnded, bodyBytes, statedBytes } = situation;
  if (phase === 'connecting') return classifySocketError(error, false);
  const code = errorCode(error);
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return bodyBytes < (statedBytes ?? 0) ? 'truncated' : 'protocol';
  }
  // All that had come was parsed before the end, so what is wrong is the end itself.
  if (hasPeerEnded) return phase === 'reading' ? 'truncated' : 'reset';
  // undici's parser asserts what it expects of an answer: no status below 100, no 101 unasked.
  if (/^(?:HPE|UND_ERR)_|^ERR_ASSERTION$/.test(code)) return 'protocol';
  // With TLS 1.3 a peer that misses a client certificate says so after the handshake.
  return code === '' ? 'protocol' : classifySocketError(error, true);
}

/** The `code` of an error, empty when it has none. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
