// Makes a clone ready to run: installs and builds where something is missing or stale.
//   node local/setup.mjs          before `npm start`
//   node local/setup.mjs --test   before `npm test`: also makes sure that a Temporal server is at hand
// Plain Node without dependencies, because it runs before node_modules exists.

import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuildFresh } from './setup/build-stamp.mjs';
import { areDependenciesInstalled, installDependencies } from './setup/dependencies.mjs';
import { withLock } from './setup/lock.mjs';

const OLDEST_NODE = [20, 18, 1];
const root = dirname(dirname(fileURLToPath(import.meta.url)));

function checkNode() {
  const found = process.versions.node.split('.').map(Number);
  const place = OLDEST_NODE.findIndex((part, index) => part !== found[index]);
  if (place === -1 || (found[place] ?? 0) > (OLDEST_NODE[place] ?? 0)) return;
  throw new Error(
    `Node ${OLDEST_NODE.join('.')} or newer is needed, and this is ${process.versions.node} (${process.execPath}). Get it at https://nodejs.org`,
  );
}

/** The CDK app's own dependencies, some 200 MB that only tests and deploys need. */
const infra = join(root, 'infra');
const isForTests = process.argv.includes('--test');

function isReady() {
  return (
    areDependenciesInstalled(root) &&
    isBuildFresh(root) &&
    (!isForTests || areDependenciesInstalled(infra))
  );
}

async function makeReady() {
  if (!areDependenciesInstalled(root)) {
    await tell('Installing dependencies (usually 20 to 60 s)', () => installDependencies(root));
  }
  if (isForTests && !areDependenciesInstalled(infra)) {
    await tell('Installing what infra/ needs (usually 10 s)', () => installDependencies(infra));
  }
  if (!isBuildFresh(root)) {
    // Imported late: it loads what was installed just now.
    const { build } = await import('./build.mjs');
    await tell('Building (usually 5 to 15 s)', () => build(root));
  }
}

/**
 * @param {string} what
 * @param {() => Promise<void>} work
 */
async function tell(what, work) {
  console.log(`setup: ${what} …`);
  const startedAtMs = performance.now();
  await work();
  console.log(`setup: done in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
}

async function findTemporalServer() {
  if ((process.env['TEMPORAL_ADDRESS'] ?? '') !== '') return;
  const module = pathToFileURL(join(root, 'dist/local/temporal/find-cli.js')).href;
  /** @type {typeof import('./temporal/find-cli.ts')} */
  const { cliRouteOptions, findTemporalCli } = await import(module);
  await findTemporalCli(cliRouteOptions((line) => console.log(`setup: ${line}`)));
}

try {
  checkNode();
  if (!isReady()) {
    await withLock(join(root, '.local/setup.lock'), {
      work: makeReady,
      onWait: (pid) => console.log(`setup: waiting for another set-up (process ${pid}) …`),
    });
  }
  if (isForTests) await findTemporalServer();
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
