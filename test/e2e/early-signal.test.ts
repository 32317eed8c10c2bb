import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../../local/project-root.ts';
import { readField } from '../../local/read-field.ts';
import { isBuildFresh } from '../../local/setup/build-stamp.mjs';

beforeAll(() => {
  if (!isBuildFresh(projectRoot())) throw new Error('dist/ is stale: run `npm run build` first');
});

/** Runs an entry until it logs `message`, sends the signal and tells how the process ended. */
async function signalAt(
  entry: string,
  { message, signal }: { message: string; signal: 'SIGTERM' | 'SIGINT' },
) {
  // Nobody listens on the port: what is started waits for Temporal until it is told to end.
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const child = spawn(process.execPath, [join(projectRoot(), 'dist', entry)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close');
  let stdout = '';
  let stderr = '';
  let isSent = false;
  child.stderr.on('data', (text) => (stderr += String(text)));
  child.stdout.on('data', (text) => {
    stdout += String(text);
    if (isSent || !messagesIn(stdout).some((said) => said.startsWith(message))) return;
    isSent = child.kill(signal);
  });
  await ended;
  return { code: child.exitCode, endedBy: child.signalCode, messages: messagesIn(stdout), stderr };
}

/** Of the whole lines of a log so far. */
function messagesIn(log: string): string[] {
  const lines = log.split('\n').slice(0, -1);
  return lines.map((line) => String(readField(line, 'msg')));
}

test.each([
  ['workers/fetch.js', 'SIGTERM'],
  ['workers/fetch.js', 'SIGINT'],
  ['workers/control.js', 'SIGTERM'],
  ['workers/control.js', 'SIGINT'],
] as const)('%s exits with 0 at a %s while it loads', async (entry, signal) => {
  const end = await signalAt(entry, { message: 'starting', signal });

  expect(end).toMatchObject({ code: 0, endedBy: null, stderr: '' });
  expect(end.messages[0]).toBe('starting');
});

test.each(['workers/fetch.js', 'workers/control.js'])(
  '%s exits with 0 at a SIGTERM while it waits for Temporal',
  async (entry) => {
    const end = await signalAt(entry, { message: 'waiting for Temporal', signal: 'SIGTERM' });

    expect(end).toMatchObject({ code: 0, endedBy: null, stderr: '' });
    expect(end.messages.at(-1)).toBe('worker stopped');
  },
);
