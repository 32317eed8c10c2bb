import type { EdgeEngine } from './engine.ts';
import { createEdgeSecureContext } from './http1/secure-context.ts';
import { readCaFile } from './read-ca-file.ts';

/** Settings of {@link createEngine}, as the configuration names them. */
export type EngineSettings = {
  readonly fetchEngine: 'edge' | 'undici';
  /** PEM file of certificate authorities trusted beside those that come with Node. */
  readonly edgeCaFile?: string | undefined;
  readonly fetchMaxConnections: number;
  readonly fetchMaxBytesPerSecond?: number | undefined;
};

/**
 * The HTTP engine that the configuration asks for; the other one is not even loaded.
 *
 * @throws Error when the CA file can't be read, holds no certificate or one that can't be read.
 */
export async function createEngine(settings: EngineSettings): Promise<EdgeEngine> {
  const { edgeCaFile, fetchMaxConnections, fetchMaxBytesPerSecond } = settings;
  const certificates = edgeCaFile === undefined ? undefined : readCaFile(edgeCaFile);
  const secureContext = createEdgeSecureContext(certificates);
  if (settings.fetchEngine === 'undici') {
    const { createUndiciEngine } = await import('./undici-engine.ts');
    return createUndiciEngine({
      secureContext,
      maxConnections: fetchMaxConnections,
      maxBytesPerSecond: fetchMaxBytesPerSecond,
    });
  }
  const { createHttp1Engine } = await import('./http1/http1-engine.ts');
  return createHttp1Engine({
    secureContext,
    maximumConnections: fetchMaxConnections,
    ...(fetchMaxBytesPerSecond === undefined
      ? {}
      : { maximumBytesPerSecond: fetchMaxBytesPerSecond }),
  });
}
