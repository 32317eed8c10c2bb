import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDirectory } from '../../workers/open-directory.ts';

let folder: string;
let edgeDirectory: string;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'directory-'));
  edgeDirectory = join(folder, 'pops.json');
  lines = [];
});

afterEach(() => rm(folder, { recursive: true }));

const open = () =>
  openDirectory(
    { edgeDirectory, edgeDnsSuffix: 'cloudfront.net' },
    pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
  );

test('refuses a file with a wrong entry before any work, naming both', async () => {
  await writeFile(edgeDirectory, '{"NRT57-P3": {"https": ["127.0.0.1"]}}');

  await expect(open()).rejects.toThrow(
    `EDGE_DIRECTORY ${edgeDirectory} can't be used: NRT57-P3.https[0] "127.0.0.1": must be ip:port`,
  );
  expect(lines).toEqual([]);
});

test('logs a file that goes bad later, and goes on with what it said', async () => {
  await writeFile(edgeDirectory, '{"NRT57-P3": {"https": ["127.0.0.1:9443"]}}');
  const directory = await open();
  await rm(edgeDirectory);

  await vi.waitUntil(async () => {
    expect(await directory.resolve('NRT57-P3', 'd1.cloudfront.net')).toMatchObject({
      isFound: true,
    });
    return lines.length > 0;
  }, 5_000);

  expect(lines).toEqual([expect.stringContaining(`EDGE_DIRECTORY ${edgeDirectory} can't be used`)]);
});

test('asks nothing of DNS', async () => {
  edgeDirectory = 'dns';

  await expect(open()).resolves.toBeDefined();
});
