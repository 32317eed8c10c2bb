// Entry of the local AWS (see readMainSettings). Ends when its standard input closes.

import { fstatSync } from 'node:fs';
import { SAMPLE_DISTRIBUTIONS } from '../edge/sample-distributions.ts';
import { createCacheClearing } from './clear-caches.ts';
import { createWorkerLaunch } from './launch-worker.ts';
import { startLocalAws } from './local-aws.ts';
import { fromSettings } from './local-distribution.ts';
import { readMainSettings } from './main-settings.ts';

async function main(): Promise<void> {
  const settings = readMainSettings(process.argv.slice(2));
  const { group, logFolder } = settings;
  const closing = new AbortController();
  const aws = await startLocalAws({
    port: settings.port,
    distributions: SAMPLE_DISTRIBUTIONS.map(fromSettings),
    invalidationDelayMs: settings.invalidationDelayMs,
    clearCaches: createCacheClearing(settings.edgeInspectUrl, closing.signal),
    group,
    launch: createWorkerLaunch({
      command: process.execPath,
      args: ['--enable-source-maps', settings.workerFile],
      environment: {
        ...process.env,
        AUTO_SCALING_GROUP_NAME: group.name,
        AWS_REGION: group.region,
      },
      logFolder,
    }),
    onEvent: (event) => console.log(JSON.stringify(event)),
  });

  let isClosing = false;
  function close(): void {
    if (isClosing) return;
    isClosing = true;
    closing.abort();
    // A pipe that is still open would keep the process alive.
    process.stdin.destroy();
    aws.close().catch(fail);
  }
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.once('close', close).resume();

  console.log(
    JSON.stringify({ ready: true, url: aws.url, group: group.name, region: group.region }),
  );
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

main().catch(fail);
