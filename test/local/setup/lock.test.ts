import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../../local/project-root.ts';
import { withLock } from '../../../local/setup/lock.mjs';
import { temporaryFolder } from '../temporary-folder.ts';

const MODULE = join(projectRoot(), 'local/setup/lock.mjs');

function pidOfDeadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('lets one process in at a time, whatever was left behind', async () => {
  const folder = temporaryFolder();
  const lock = join(folder, 'lock');
  const journal = join(folder, 'journal');
  writeFileSync(lock, `${pidOfDeadProcess()}\n`);
  const script = `
    const { appendFileSync } = await import('node:fs');
    const { withLock } = await import(${JSON.stringify(MODULE)});
    await withLock(${JSON.stringify(lock)}, { onWait: () => {}, work: async () => {
      appendFileSync(${JSON.stringify(journal)}, 'in\\n');
      await new Promise((resolve) => setTimeout(resolve, 20));
      appendFileSync(${JSON.stringify(journal)}, 'out\\n');
    } });`;

  const processes = Array.from({ length: 5 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }),
  );
  await Promise.all(processes.map((child) => once(child, 'exit')));

  expect(readFileSync(journal, 'utf8')).toBe('in\nout\n'.repeat(5));
  expect(existsSync(lock)).toBe(false);
});

test('tells whom it waits for, and goes on when that one has died', async () => {
  const lock = join(temporaryFolder(), 'lock');
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  writeFileSync(lock, `${holder.pid}\n`);
  const waitedFor: number[] = [];

  const result = await withLock(lock, {
    work: async () => 'done',
    onWait: (pid) => {
      waitedFor.push(pid);
      holder.kill('SIGKILL');
    },
  });

  expect(result).toBe('done');
  expect(waitedFor).toEqual([holder.pid]);
});

test('does not wait for a process that got the pid of a holder long gone', async () => {
  const lock = join(temporaryFolder(), 'lock');
  writeFileSync(lock, `${process.pid}\n`);
  utimesSync(lock, 0, 0);

  const result = await withLock(lock, { work: async () => 'done', onWait: () => undefined });

  expect(result).toBe('done');
});

test('releases the lock when the work fails', async () => {
  const lock = join(temporaryFolder(), 'lock');
  const options = { work: () => Promise.reject(new Error('no disk')), onWait: () => undefined };

  await expect(withLock(lock, options)).rejects.toThrow('no disk');

  expect(existsSync(lock)).toBe(false);
});
