import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { findFreePorts, isPortFree } from '../../local/free-ports.ts';
import { projectRoot } from '../../local/project-root.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'prewarm-start-'));
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

/** A killed starter's processes have 2 s to end by themselves. */
const GONE = { timeout: 15_000, interval: 100 };

type Started = {
  readonly process: ChildProcess;
  readonly apiUrl: string;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
  /** Whether something listens on the ports of the api, Temporal, its Web UI and the simulated CloudFront. */
  readonly listens: () => Promise<boolean[]>;
};

/** Runs `npm start`'s program with its own Temporal server, on ports of its own. */
async function start(...options: string[]): Promise<Started> {
  const [api = 0, temporal = 0, ui = 0] = await findFreePorts(3);
  const ports = ['--port', api, '--temporal-port', temporal, '--ui-port', ui].map(String);
  const { TEMPORAL_ADDRESS: _other, ...environment } = process.env;
  const child = spawn(
    process.execPath,
    [
      join(projectRoot(), 'dist/local/start.js'),
      `--data-folder=${dataFolder}`,
      ...ports,
      ...options,
    ],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const exitCode = once(child, 'close').then(() => child.exitCode);
  const listens = (): Promise<boolean[]> =>
    Promise.all([api, temporal, ui, edgePort()].map(async (port) => !(await isPortFree(port))));
  return {
    process: child,
    apiUrl: `http://127.0.0.1:${api}`,
    output: () => output,
    exitCode,
    listens,
  };
}

/** The simulated CloudFront says at its start where it can be looked into. */
function edgePort(): number {
  const log = readFileSync(join(dataFolder, 'logs/edge.log'), 'utf8');
  return Number(
    /"inspectUrl":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(log.split('\n').at(-2) ?? '')?.[1],
  );
}

function whenServing({ output }: Started): Promise<void> {
  return vi.waitFor(() => expect(output()).toContain('Ctrl-C stops everything'), {
    timeout: 90_000,
    interval: 100,
  });
}

test('warms the whole sample with --once, says so by its exit status and leaves no process', async () => {
  const started = await start('--once');

  const exitCode = await started.exitCode;

  expect(started.output()).toMatch(/100 % {2}288\/288 warm.*warm +288 of 288 fetch tasks/s);
  expect(exitCode).toBe(0);
  await expect.poll(started.listens, GONE).toEqual([false, false, false, false]);
});

test('knows earlier requests after a restart, and ends with Ctrl-C', async () => {
  const started = await start('--no-sample');
  await whenServing(started);

  const requests = await (await fetch(`${started.apiUrl}/requests`)).text();
  started.process.kill('SIGINT');

  expect(requests).toContain('FINISHED');
  expect(await started.exitCode).toBe(0);
  await expect.poll(started.listens, GONE).toEqual([false, false, false, false]);
});

test('leaves no process behind when it is killed', async () => {
  const started = await start('--no-sample');
  await whenServing(started);

  const before = await started.listens();
  started.process.kill('SIGKILL');

  expect(before).toEqual([true, true, true, true]);
  await expect.poll(started.listens, GONE).toEqual([false, false, false, false]);
});
