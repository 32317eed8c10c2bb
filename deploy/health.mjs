// Health check of a container, whichever of the three commands it runs: the api answers /readyz, a
// worker's metrics show that it polls. Exit status 0 is healthy.

import { readFileSync } from 'node:fs';

const LIMIT_MS = 4_000;

/** A gauge of Temporal's SDK; absent or 0 while the worker has no connection. */
const POLLS = /^temporal_num_pollers\{.*\} [1-9]/m;

/**
 * @param {string} command of pid 1
 * @returns {string} what to ask on loopback
 * @throws {Error} when the command has no health of its own.
 */
function addressOf(command) {
  if (command.includes('dist/api/server.js')) {
    return `http://127.0.0.1:${process.env['PORT'] ?? '8080'}/readyz`;
  }
  if (command.includes('dist/workers/')) {
    return `http://127.0.0.1:${process.env['METRICS_PORT'] ?? 'off'}/metrics`;
  }
  throw new Error(`"${command}" is none of the three commands`);
}

try {
  const command = readFileSync('/proc/1/cmdline', 'utf8').replaceAll('\0', ' ').trim();
  const address = addressOf(command);
  const answer = await fetch(address, { signal: AbortSignal.timeout(LIMIT_MS) });
  const text = await answer.text();
  if (address.endsWith('/metrics') && !POLLS.test(text)) {
    throw new Error(`${address} shows no poller: the worker asks Temporal for no work`);
  }
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${text.slice(0, 500)}`);
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  console.error(`${error instanceof Error ? error.message : String(error)} ${cause}`.trim());
  process.exitCode = 1;
}
