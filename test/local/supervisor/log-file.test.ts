import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogFile } from '../../../local/supervisor/log-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('puts lines together that arrive in pieces, and the last one without an end', () => {
  const log = createLogFile(join(temporaryFolder(), 'deep/child.log'));
  const seen: string[] = [];
  log.onLine((line) => seen.push(line));

  log.write('one\ntw');
  log.write('o\nthree');
  log.close();

  expect(seen).toEqual(['one', 'two', 'three']);
  expect(readFileSync(log.path, 'utf8')).toBe('one\ntwo\nthree\n');
});

test('starts a new file at its bound and keeps one old file', () => {
  const log = createLogFile(join(temporaryFolder(), 'child.log'), 10);

  for (const line of ['first line', 'second line', 'third line']) log.write(`${line}\n`);
  log.close();

  expect(readFileSync(log.path, 'utf8')).toBe('third line\n');
  expect(readFileSync(`${log.path}.1`, 'utf8')).toBe('second line\n');
});

test('remembers the last 20 lines', () => {
  const log = createLogFile(join(temporaryFolder(), 'child.log'));

  for (let line = 1; line <= 25; line += 1) log.write(`${line}\n`);
  const last = log.lastLines();
  log.close();

  expect(last).toHaveLength(20);
  expect(last.at(0)).toBe('6');
  expect(last.at(-1)).toBe('25');
});

test('cuts a line that never ends', () => {
  const log = createLogFile(join(temporaryFolder(), 'child.log'));

  log.write('x'.repeat(100_000));
  log.write('x'.repeat(100_000));
  log.close();

  expect(readFileSync(log.path, 'utf8')).toHaveLength(16 * 1024 + 1);
});
