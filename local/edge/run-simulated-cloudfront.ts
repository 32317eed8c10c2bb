import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { MainSettings } from './main-settings.ts';
import { createSimulatedCloudFront, type SimulatedCloudFront } from './simulated-cloudfront.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** What the process says on its standard output when it is ready, as one line of JSON. */
export type ReadyLine = {
  ready: true;
  /** Base URL of the inspection endpoint. */
  inspectUrl: string;
  /** For `EDGE_DIRECTORY`. */
  edgeDirectoryFile: string;
  /** For `EDGE_CA_FILE`. */
  caFile: string;
  pops: number;
};

/** Starts a simulated CloudFront and writes `edge-directory.json` and `ca.pem`. */
export async function runSimulatedCloudFront(
  settings: MainSettings,
): Promise<{ cloudFront: SimulatedCloudFront; ready: ReadyLine }> {
  const { dataDirectory } = settings;
  await mkdir(dataDirectory, { recursive: true });
  const cloudFront = createSimulatedCloudFront(settings);
  await cloudFront.start();
  const edgeDirectoryFile = join(dataDirectory, 'edge-directory.json');
  const caFile = join(dataDirectory, 'ca.pem');
  await writeFileAtomically(edgeDirectoryFile, JSON.stringify(cloudFront.directory()));
  await writeFileAtomically(caFile, cloudFront.caPem);
  const { inspectUrl } = cloudFront;
  const pops = settings.pops.length;
  return { cloudFront, ready: { ready: true, inspectUrl, edgeDirectoryFile, caFile, pops } };
}
