import { fstatSync } from 'node:fs';

import { readMainSettings } from './main-settings.ts';
import { runSimulatedCloudFront } from './run-simulated-cloudfront.ts';

/** Calls back once the parent process is gone, where it holds the other end of our input. */
function onParentExit(callback: () => void): void {
  const stdin = fstatSync(0);
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.once('close', callback).resume();
}

async function main(): Promise<void> {
  const { cloudFront, ready } = await runSimulatedCloudFront(
    await readMainSettings(process.argv.slice(2)),
  );
  let isClosing = false;
  function close(): void {
    if (isClosing) return;
    isClosing = true;
    // A pipe that is still open would keep the process alive.
    process.stdin.destroy();
    cloudFront.close().catch(fail);
  }
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
  onParentExit(close);
  console.log(JSON.stringify(ready));
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

main().catch(fail);
