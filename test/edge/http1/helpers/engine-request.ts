import type { EngineRequest } from '../../../../edge/engine.ts';
import { edgeUrl } from '../../../../edge/edge-url.ts';

/** A GET of `http://edge.test/` through 127.0.0.1 with generous deadlines. */
export function engineRequest(port: number, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    url: edgeUrl('http://edge.test/object?signature=secret'),
    address: { host: '127.0.0.1', port },
    method: 'GET',
    headers: [],
    deadlines: {
      connectMs: 10_000,
      firstByteMs: 20_000,
      idleMs: 30_000,
      totalMs: 3_600_000,
      minimumBytesPerSecond: 1_024,
    },
    signal: new AbortController().signal,
    ...overrides,
  };
}
