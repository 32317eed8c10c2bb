import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { findFreePorts } from '../../local/free-ports.ts';
import { projectRoot } from '../../local/project-root.ts';

// What the Dockerfile's stages `dependencies` and `product` put into the image, made without Docker.

const MEGABYTE = 1_000_000;
/** 450 MB for the image, less node:26-trixie-slim: Debian 80, Node 150, npm and the rest 25. */
const OWN_LIMIT_BYTES = (450 - 255) * MEGABYTE;
const COMMANDS = ['dist/api/server.js', 'dist/workers/control.js', 'dist/workers/fetch.js'];

const app = mkdtempSync(join(tmpdir(), 'prewarm-image-'));
afterAll(() => rmSync(app, { recursive: true, force: true }));

beforeAll(() => {
  const root = projectRoot();
  for (const name of ['package.json', 'package-lock.json', 'deploy', 'dist']) {
    cpSync(join(root, name), join(app, name), { recursive: true });
  }
  for (const name of ['local', 'bench']) rmSync(join(app, 'dist', name), { recursive: true });
  run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund']);
  run(process.execPath, ['deploy/prune-platforms.mjs']);
});

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: app, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

function start(command: string, environment: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn(process.execPath, [command], {
    cwd: app,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close').then(() => child.exitCode);
  return { child, output: () => output, ended };
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + statSync(join(entry.parentPath, entry.name)).size, 0);
}

test('leaves room for the base image', () => {
  expect(bytesOf(app)).toBeLessThanOrEqual(OWN_LIMIT_BYTES);
});

test('keeps one native library of the Temporal SDK', () => {
  expect(readdirSync(join(app, 'node_modules/@temporalio/core-bridge/releases'))).toHaveLength(1);
});

test.each(COMMANDS)('ends %s with one message that lists every wrong setting', async (command) => {
  const { output, ended } = start(command, {
    HOST: '0.0.0.0',
    LOG_LEVEL: 'loud',
    MAX_INSTANCES: 'many',
    AUTO_SCALING_GROUP_NAME: 'a:b',
  });

  expect(await ended).toBe(1);
  expect(output()).toContain('LOG_LEVEL');
  expect(output()).toContain('AUTO_SCALING_GROUP_NAME');
});

test('serves the api before Temporal is there, without a development dependency', async () => {
  const [port = 0] = await findFreePorts(1);
  const { child, ended } = start('dist/api/server.js', {
    PORT: String(port),
    TEMPORAL_ADDRESS: '127.0.0.1:9',
  });

  const alive = await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/healthz`), 10_000);
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  child.kill('SIGTERM');

  expect(alive.status).toBe(200);
  expect(ready.status).toBe(503);
  expect(await ended).toBe(0);
});

test.each(COMMANDS.slice(1))('waits for Temporal in %s, and ends at SIGTERM', async (command) => {
  const { child, ended, output } = start(command, { TEMPORAL_ADDRESS: '127.0.0.1:9' });

  await vi.waitFor(() => expect(output()).toMatch(/127\.0\.0\.1:9/), 20_000);
  child.kill('SIGTERM');

  expect(await ended).toBe(0);
});
