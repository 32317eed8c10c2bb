import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCacheClearing } from '../../../local/aws/clear-caches.ts';
import { readMainSettings } from '../../../local/edge/main-settings.ts';
import { runSimulatedCloudFront } from '../../../local/edge/run-simulated-cloudfront.ts';
import { SAMPLE_DISTRIBUTIONS } from '../../../local/edge/sample-distributions.ts';
import type { SimulatedCloudFront } from '../../../local/edge/simulated-cloudfront.ts';
import { curl } from '../edge/curl.ts';
import { POPS } from '../edge/simulation.ts';

let folder: string;
let cloudFront: SimulatedCloudFront;
let inspectUrl: string;
let caFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clear-caches-'));
  const popsFile = join(folder, 'pops.json');
  await writeFile(popsFile, JSON.stringify(POPS));
  const argv = ['--data-dir', folder, '--pops', popsFile, '--invalidation-delay-ms', '100'];
  const running = await runSimulatedCloudFront(await readMainSettings(argv));
  cloudFront = running.cloudFront;
  ({ inspectUrl, caFile } = running.ready);
});
afterEach(async () => {
  await cloudFront.close();
  await rm(folder, { recursive: true });
});

test('clears the caches of the simulated CloudFront, and resolves when they are clear', async () => {
  const to = `::${cloudFront.directory()['FRA56-P4']?.https[0]}`;
  await curl(['--cacert', caFile, '--connect-to', to, 'https://www.example.com/robots.txt']);
  expect(cloudFront.inspect.caches().total).toBeGreaterThan(0);
  const clear = createCacheClearing(inspectUrl, new AbortController().signal);

  await clear(SAMPLE_DISTRIBUTIONS[0]?.id ?? '', ['/robots.txt']);

  expect(cloudFront.inspect.caches().items).toEqual([]);
});

test('says why the simulated CloudFront refuses', async () => {
  const clear = createCacheClearing(inspectUrl, new AbortController().signal);

  await expect(clear('E0', ['/a'])).rejects.toThrow('Distribution `E0` does not exist');
});
