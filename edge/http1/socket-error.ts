import type { EngineErrorCode } from '../engine.ts';

/**
 * Says where a socket failed. System errors (`ECONNREFUSED`, a reset while the handshake runs) may
 * pass; whatever else OpenSSL says, a certificate or an alert, will be said next time too.
 */
export function classifySocketError(error: Error, isConnected: boolean): EngineErrorCode {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isSystemError = /^E(?!RR_|PROTO$)[A-Z0-9]+$/.test(code);
  if (!isSystemError) return 'tls_error';
  return isConnected ? 'reset' : 'connect_failed';
}
