import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFileDirectory } from '../../edge/file-directory.ts';

let folder: string;
let file: string;
let problems: string[] = [];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  problems = [];
  folder = await mkdtemp(join(tmpdir(), 'directory-'));
  file = join(folder, 'pops.json');
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const write = (pops: unknown) => writeFile(file, JSON.stringify(pops));
const directory = () =>
  createFileDirectory({
    path: file,
    onBadFile: (problem) => problems.push(problem),
  });
const DOMAIN = 'd111111abcdef8.cloudfront.net';

test('gives the addresses of a POP in any case, private ones too', async () => {
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443', '[::1]:9443'], http: ['10.0.0.1:80'] } });

  expect(await directory().resolve('nrt57-p3', DOMAIN)).toEqual({
    isFound: true,
    addresses: {
      https: [
        { host: '127.0.0.1', port: 9443 },
        { host: '::1', port: 9443 },
      ],
      http: [{ host: '10.0.0.1', port: 80 }],
    },
  });
});

test('does not resolve a POP that is not listed, and does not say where the file lies', async () => {
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443'] } });

  expect(await directory().resolve('FRA56-P4', DOMAIN)).toEqual({
    isFound: false,
    reason: 'FRA56-P4 is not listed in the edge directory',
  });
});

test('reads the file again when it has changed', async () => {
  await write({});
  const changing = directory();
  const before = await changing.resolve('NRT57-P3', DOMAIN);
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443'] } });
  vi.advanceTimersByTime(1_000);

  const after = await changing.resolve('NRT57-P3', DOMAIN);

  expect([before.isFound, after.isFound]).toEqual([false, true]);
});

test.each([
  ['{', /can't be used: it is not JSON: /],
  ['[]', /the whole file: /],
  ['{"NRT57-P3": []}', /NRT57-P3: /],
  ['{"NRT57-P3": {"https": "127.0.0.1:9443"}}', /NRT57-P3\.https "127\.0\.0\.1:9443": /],
  [
    '{"NRT57-P3": {"https": ["127.0.0.1"]}}',
    /NRT57-P3\.https\[0\] "127\.0\.0\.1": must be ip:port/,
  ],
  ['{"A": {"http": ["127.0.0.1:80", "localhost:80"]}}', /A\.http\[1\] "localhost:80": must be/],
  ['{"NRT57-P3": {"https": ["127.0.0.1:99999"]}}', /must be ip:port/],
  ['{"NRT57-P3": {"htps": []}}', /NRT57-P3: .*htps/],
])('says which entry of the file is wrong in %s', async (text, message) => {
  await writeFile(file, text);

  const checked = directory().check?.();

  await expect(checked).rejects.toThrow(message);
  await expect(checked).rejects.toThrow(`EDGE_DIRECTORY ${file} can't be used: `);
  await expect(checked).rejects.toMatchObject({ name: 'DirectoryError' });
});

test('tells five wrong entries of many', async () => {
  await write({ 'NRT57-P3': { https: Array.from({ length: 8 }, () => 'x') } });

  await expect(directory().check?.()).rejects.toThrow(/https\[4\] "x": .*; and 3 more$/);
});

test('says when the file is missing, but not where to those who ask for a POP', async () => {
  const missing = directory();

  await expect(missing.check?.()).rejects.toThrow(/can't be used: ENOENT/);
  vi.advanceTimersByTime(1_000);
  await expect(missing.resolve('NRT57-P3', DOMAIN)).rejects.toThrow(
    /^the edge directory can't be read$/,
  );
});

test.each([
  ['is no longer what it was', () => writeFile(file, '{"NRT57-P3": {"https": ["x"]}}')],
  ['is no longer there', () => rm(file)],
])('keeps what the file said last when it %s, and says so once', async (_, spoil) => {
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443'] } });
  const spoilt = directory();
  await spoilt.check?.();
  await spoil();

  for (let second = 1; second <= 3; second += 1) {
    vi.advanceTimersByTime(1_000);
    expect((await spoilt.resolve('NRT57-P3', DOMAIN)).isFound).toBe(true);
  }

  expect(problems).toEqual([expect.stringContaining(`EDGE_DIRECTORY ${file} can't be used: `)]);
});

test('reads a file that is good again', async () => {
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443'] } });
  const mended = directory();
  await mended.check?.();
  await rm(file);
  vi.advanceTimersByTime(1_000);
  await mended.resolve('NRT57-P3', DOMAIN);
  await write({ 'FRA56-P4': { https: ['127.0.0.1:9443'] } });
  vi.advanceTimersByTime(1_000);

  expect((await mended.resolve('FRA56-P4', DOMAIN)).isFound).toBe(true);
  await expect(mended.check?.()).resolves.toBeUndefined();
});
