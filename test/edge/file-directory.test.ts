import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileDirectory } from '../../edge/file-directory.ts';

let folder: string;
let file: string;
let nowMs = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'directory-'));
  file = join(folder, 'pops.json');
});

afterEach(() => rm(folder, { recursive: true }));

const write = (pops: unknown) => writeFile(file, JSON.stringify(pops));
const directory = () => createFileDirectory(file, () => nowMs);
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

test('does not resolve a POP that is not listed, and says where it looked', async () => {
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443'] } });

  expect(await directory().resolve('FRA56-P4', DOMAIN)).toEqual({
    isFound: false,
    reason: `FRA56-P4 is not listed in ${file}`,
  });
});

test('reads the file again when it has changed', async () => {
  await write({});
  const changing = directory();
  const before = await changing.resolve('NRT57-P3', DOMAIN);
  await write({ 'NRT57-P3': { https: ['127.0.0.1:9443'] } });
  nowMs += 1_000;

  const after = await changing.resolve('NRT57-P3', DOMAIN);

  expect([before.isFound, after.isFound]).toEqual([false, true]);
});

test.each([
  ['{', /JSON/],
  ['{"NRT57-P3": {"https": ["localhost:9443"]}}', /must be ip:port/],
  ['{"NRT57-P3": {"https": ["127.0.0.1:99999"]}}', /must be ip:port/],
  ['{"NRT57-P3": {"htps": []}}', /htps/],
])('says what is wrong with %s', async (text, message) => {
  await writeFile(file, text);

  const answer = directory().resolve('NRT57-P3', DOMAIN);

  await expect(answer).rejects.toThrow(message);
  await expect(answer).rejects.toMatchObject({ name: 'DirectoryError' });
});

test('says when the file is missing', async () => {
  await expect(directory().resolve('NRT57-P3', DOMAIN)).rejects.toThrow(/can't be read: ENOENT/);
});
