import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { findFreePorts, isPortFree } from '../../local/free-ports.ts';
import { projectRoot } from '../../local/project-root.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'prewarm-start-'));
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

/** A killed starter's processes have 2 s to end by themselves, and theirs 2 s more. */
const GONE = { timeout: 15_000, interval: 100 };

type Started = {
  readonly process: ChildProcess;
  readonly apiUrl: string;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
  /** Whether something listens on the ports of the api, Temporal, its Web UI, CloudFront and AWS. */
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
    Promise.all(
      [api, temporal, ui, portIn('edge', 'inspectUrl'), portIn('aws', 'url')].map(
        async (port) => !(await isPortFree(port)),
      ),
    );
  return {
    process: child,
    apiUrl: `http://127.0.0.1:${api}`,
    output: () => output,
    exitCode,
    listens,
  };
}

/** The simulated CloudFront and the local AWS say at their start where they can be looked into. */
function portIn(name: string, field: string): number {
  const log = readFileSync(join(dataFolder, 'logs', `${name}.log`), 'utf8');
  const last = log.split('\n').findLast((line) => line.includes('"ready":true'));
  return Number(new RegExp(`"${field}":"http://127\\.0\\.0\\.1:(\\d+)"`).exec(last ?? '')?.[1]);
}

/** Process ids of the fetch workers that live, of all that ever wrote a log. */
function fetchWorkers(): number[] {
  const folder = join(dataFolder, 'logs');
  const logs = readdirSync(folder).filter((name) => name.startsWith('fetch-worker-'));
  const ids = logs.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/"pid":(\d+)/g)].map(([, id]) =>
      Number(id),
    ),
  );
  return [...new Set(ids)].filter(isAlive);
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
}

/** Lets the fleet launch one instance, and waits for its fetch worker. */
async function launchFetchWorker({ apiUrl }: Started): Promise<void> {
  const answer = await fetch(`${apiUrl}/instances`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ DesiredCapacity: 1 }),
  });
  expect(await answer.text()).toContain('updated to Desired Capacity: 1');
  await expect.poll(fetchWorkers, GONE).toHaveLength(1);
}

const NONE = [false, false, false, false, false];

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
  expect(started.output()).toContain('0 instances before, 2 during, 0 after');
  expect(exitCode).toBe(0);
  await expect.poll(started.listens, GONE).toEqual(NONE);
  expect(fetchWorkers()).toEqual([]);
});

test('knows earlier requests after a restart, and ends with Ctrl-C', async () => {
  const started = await start('--no-sample');
  await whenServing(started);
  await launchFetchWorker(started);

  const requests = await (await fetch(`${started.apiUrl}/requests`)).text();
  started.process.kill('SIGINT');

  expect(requests).toContain('FINISHED');
  expect(await started.exitCode).toBe(0);
  await expect.poll(started.listens, GONE).toEqual(NONE);
  expect(fetchWorkers()).toEqual([]);
});

test('leaves no process behind when it is killed', async () => {
  const started = await start('--no-sample');
  await whenServing(started);
  await launchFetchWorker(started);

  const before = await started.listens();
  started.process.kill('SIGKILL');

  expect(before).toEqual([true, true, true, true, true]);
  await expect.poll(started.listens, GONE).toEqual(NONE);
  await expect.poll(fetchWorkers, GONE).toEqual([]);
});
