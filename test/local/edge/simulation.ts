import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  createSimulatedCloudFront,
  type SimulatedCloudFront,
  type SimulatedCloudFrontOptions,
} from '../../../local/edge/simulated-cloudfront.ts';
import { curl, type CurlResult } from './curl.ts';

/** Two POPs of one location, one of the same regional area, one of another, and the shield's. */
export const POPS = [
  { id: 'NRT57-P3', regionalEdgeCache: 'ap-northeast-1' },
  { id: 'NRT57-P1', regionalEdgeCache: 'ap-northeast-1' },
  { id: 'KIX56-C1', regionalEdgeCache: 'ap-northeast-1' },
  { id: 'FRA56-P4', regionalEdgeCache: 'eu-central-1' },
  { id: 'IAD89-P1', regionalEdgeCache: 'us-east-1' },
];

/** A started simulated CloudFront, and curl for it. */
export interface Simulation {
  cloudFront: SimulatedCloudFront;
  /** What TTLs and Age go by; tests move it on. */
  clock: { nowMs: number };
  /** Gets a URL through a POP, asking for Server-Timing. */
  get: (popId: string, url: string, ...args: string[]) => Promise<CurlResult>;
  /** The options with which curl reaches a POP. */
  reach: (popId: string) => string[];
  stop: () => Promise<void>;
}

/** Starts a simulated CloudFront with {@link POPS} on free ports. */
export async function startSimulation(
  options: Partial<SimulatedCloudFrontOptions> = {},
): Promise<Simulation> {
  const clock = { nowMs: Date.now() };
  const cloudFront = createSimulatedCloudFront({ pops: POPS, now: () => clock.nowMs, ...options });
  await cloudFront.start();
  const directory = await mkdtemp(join(tmpdir(), 'simulated-cloudfront-'));
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, cloudFront.caPem);
  const addresses = cloudFront.directory();

  function reach(popId: string): string[] {
    const { https, http } = addresses[popId] ?? { https: [], http: [] };
    // Matched by the port that the URL means.
    const to = [`:443:${https[0]}`, `:80:${http[0]}`];
    return ['--cacert', caFile, ...to.flatMap((pair) => ['--connect-to', pair])];
  }

  return {
    cloudFront,
    clock,
    reach,
    get: (popId, url, ...args) =>
      curl([...reach(popId), '--header', 'Pragma: server-timing', ...args, url]),
    stop: async function stop() {
      await cloudFront.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** `Hit REC`: first word of X-Cache, and the layer that Server-Timing names. */
export function verdict({ headers }: CurlResult): string {
  const word = headers['x-cache']?.[0]?.split(' ')[0] ?? '';
  const layer = /cdn-hit-layer;desc="([^"]+)"/.exec(headers['server-timing']?.[0] ?? '')?.[1] ?? '';
  return `${word} ${layer}`.trim();
}
