import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { projectRoot } from '../../../local/project-root.ts';
import { whenLine, whenProbed } from '../../../local/supervisor/readiness.ts';
import {
  type SupervisedCommand,
  type Supervisor,
  createSupervisor,
} from '../../../local/supervisor/supervisor.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const STAYS = 'setInterval(() => {}, 1000); console.log("ready", process.pid)';

function supervisorIn(folder: string): Supervisor {
  const supervisor = createSupervisor(folder);
  onTestFinished(() => supervisor.stop());
  return supervisor;
}

function node(name: string, script: string, more: Partial<SupervisedCommand> = {}) {
  return {
    name,
    command: process.execPath,
    args: ['-e', script],
    environment: process.env,
    ready: whenLine((line) => line.startsWith('ready')),
    ...more,
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A killed orphan can still be seen until the system's first process has noticed its end. */
function whenGone(pids: readonly number[]): Promise<void> {
  return vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 15_000 });
}

function pidIn(lines: readonly string[]): number {
  return Number(/ready (\d+)/.exec(lines.join('\n'))?.[1]);
}

test('resolves once a process says that it is ready, and logs what it says', async () => {
  const folder = temporaryFolder();
  const supervisor = supervisorIn(folder);

  await supervisor.start([node('child', STAYS)]);

  expect(readFileSync(join(folder, 'child.log'), 'utf8')).toMatch(/^ready \d+\n$/);
  expect(supervisor.running().map(({ name }) => name)).toEqual(['child']);
});

test('stops the stage that was started last before the one it stands on', async () => {
  const supervisor = supervisorIn(temporaryFolder());
  const ended: string[] = [];
  const stages = [['server'], ['api', 'worker']];
  for (const names of stages) {
    const children = await supervisor.start(names.map((name) => node(name, STAYS)));
    for (const child of children) void child.ended.then(() => ended.push(child.name));
  }

  await supervisor.stop();

  expect(ended.slice(0, 2).sort()).toEqual(['api', 'worker']);
  expect(ended.at(2)).toBe('server');
  expect(supervisor.running()).toEqual([]);
});

test('kills a process that does not stop within its limit', async () => {
  const supervisor = supervisorIn(temporaryFolder());
  const deaf = `process.on('SIGTERM', () => {}); ${STAYS}`;
  const [child] = await supervisor.start([node('deaf', deaf, { stopLimitMs: 50 })]);

  await supervisor.stop();

  expect(await child?.ended).toEqual({ code: undefined, signal: 'SIGKILL' });
  await whenGone([pidIn(child?.log.lastLines() ?? [])]);
});

test('ends a command whose guard was killed', async () => {
  const supervisor = supervisorIn(temporaryFolder());
  const [child] = await supervisor.start([node('orphan', STAYS)]);
  const pid = pidIn(child?.log.lastLines() ?? []);

  process.kill(child?.groupId ?? 0, 'SIGKILL');

  await expect(supervisor.failed).rejects.toThrow('orphan ended by SIGKILL');
  await whenGone([pid]);
});

test('reports which process died, with its last lines', async () => {
  const supervisor = supervisorIn(temporaryFolder());
  const dies = `process.on('SIGUSR2', () => { console.error('out of luck'); process.exit(3) }); ${STAYS}`;
  const [child] = await supervisor.start([node('unlucky', dies)]);

  child?.signal('SIGUSR2');

  await expect(supervisor.failed).rejects.toThrow(
    /unlucky ended by itself with exit code 3.*out of luck.*unlucky\.log/s,
  );
});

test('refuses to wait for a process that ends before it is ready', async () => {
  const supervisor = supervisorIn(temporaryFolder());

  const started = supervisor.start([node('hasty', 'console.error("no config"); process.exit(2)')]);

  await expect(started).rejects.toThrow(/hasty ended by itself with exit code 2.*no config/s);
});

test('refuses to wait for ever for a process that does not get ready', async () => {
  const supervisor = supervisorIn(temporaryFolder());
  const never = { ready: whenProbed(async () => false), readyLimitMs: 20 };

  const started = supervisor.start([node('slow', STAYS, never)]);

  await expect(started).rejects.toThrow('slow was not ready after 0.02 s');
});

test('says that a command does not exist', async () => {
  const supervisor = supervisorIn(temporaryFolder());

  const started = supervisor.start([node('ghost', '', { command: '/nowhere/ghost' })]);

  await expect(started).rejects.toThrow(
    /ghost ended by itself with exit code 127.*\/nowhere\/ghost/s,
  );
});

test('leaves no process behind when its starter is killed', async () => {
  const guard = join(projectRoot(), 'local/supervisor/guard.mjs');
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STAYS)}], { stdio: 'inherit' })`;
  const deaf = `process.on('SIGTERM', () => {}); ${STAYS}; ${grandchild}`;
  const starter = spawn(
    process.execPath,
    [
      '-e',
      `const { spawn } = require('node:child_process');
       spawn(process.execPath, [${JSON.stringify(guard)}, process.execPath, '-e', ${JSON.stringify(deaf)}],
         { detached: true, stdio: ['pipe', 'inherit', 'inherit'] });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pids: number[] = [];
  for await (const line of createInterface(starter.stdout)) {
    pids.push(pidIn([line]));
    if (pids.length === 2) break;
  }

  starter.kill('SIGKILL');
  await once(starter, 'exit');

  expect(pids.every((pid) => pid > 0)).toBe(true);
  await whenGone(pids);
});

test('hands the exit code of a command on, and the signal that ended it', async () => {
  const supervisor = supervisorIn(temporaryFolder());
  const children = await supervisor.start([node('code', STAYS), node('signal', STAYS)]);
  const [first, second] = children;

  process.kill(pidIn(second?.log.lastLines() ?? []), 'SIGKILL');
  first?.signal('SIGTERM');

  expect(await first?.ended).toEqual({ code: 143, signal: undefined });
  expect(await second?.ended).toEqual({ code: 137, signal: undefined });
});
