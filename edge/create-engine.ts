import { readFileSync } from 'node:fs';
import type { EdgeEngine } from './engine.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { createEdgeSecureContext } from './http1/secure-context.ts';
import { createUndiciEngine } from './undici-engine.ts';

/** Settings of {@link createEngine}, as the configuration names them. */
export type EngineSettings = {
  readonly fetchEngine: 'edge' | 'undici';
  /** PEM file of certificate authorities trusted beside those that come with Node. */
  readonly edgeCaFile?: string | undefined;
  readonly fetchMaxConnections: number;
  readonly fetchMaxBytesPerSecond?: number | undefined;
};

/**
 * The HTTP engine that the configuration asks for.
 *
 * @throws Error when the CA file can't be read or holds no certificate.
 */
export function createEngine(settings: EngineSettings): EdgeEngine {
  const { edgeCaFile, fetchMaxConnections, fetchMaxBytesPerSecond } = settings;
  const pem = edgeCaFile === undefined ? undefined : readFileSync(edgeCaFile, 'utf8');
  if (pem !== undefined && !pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error(`EDGE_CA_FILE ${edgeCaFile} holds no PEM certificate`);
  }
  const secureContext = createEdgeSecureContext(pem);
  if (settings.fetchEngine === 'undici') {
    return createUndiciEngine({
      secureContext,
      maxConnections: fetchMaxConnections,
      maxBytesPerSecond: fetchMaxBytesPerSecond,
    });
  }
  return createHttp1Engine({
    secureContext,
    maximumConnections: fetchMaxConnections,
    ...(fetchMaxBytesPerSecond === undefined
      ? {}
      : { maximumBytesPerSecond: fetchMaxBytesPerSecond }),
  });
}
