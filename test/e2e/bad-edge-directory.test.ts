import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../../local/project-root.ts';
import { readField } from '../../local/read-field.ts';
import { isBuildFresh } from '../../local/setup/build-stamp.mjs';

let folder: string;
beforeAll(async () => {
  if (!isBuildFresh(projectRoot())) throw new Error('dist/ is stale: run `npm run build` first');
  folder = await mkdtemp(join(tmpdir(), 'prewarm-e2e-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Ending = { readonly code: unknown; readonly stdout: string; readonly stderr: string };

function run(entry: string, environment: Readonly<Record<string, string>>): Promise<Ending> {
  const file = join(projectRoot(), 'dist', entry);
  const env = { PATH: process.env['PATH'], HOME: folder, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { env, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

async function writeBadFile(): Promise<{ readonly file: string; readonly problem: string }> {
  const file = join(folder, 'pops.json');
  await writeFile(file, '{"NRT57-P3": {"https": ["127.0.0.1"]}}');
  const problem = `EDGE_DIRECTORY ${file} can't be used: NRT57-P3.https[0] "127.0.0.1": must be ip:port`;
  return { file, problem };
}

test.each(['workers/fetch.js', 'workers/control.js'])(
  '%s does not start with a directory file that is wrong, and says what is',
  async (entry) => {
    const { file, problem } = await writeBadFile();

    const { code, stderr } = await run(entry, { EDGE_DIRECTORY: file, LOG_LEVEL: 'silent' });

    expect(code).toBe(1);
    expect(stderr).toBe(`${problem}\n`);
  },
);

test('api/server.js does not start with it either, and says so in its log', async () => {
  const { file, problem } = await writeBadFile();

  const { code, stdout } = await run('api/server.js', { EDGE_DIRECTORY: file, PORT: '0' });

  expect(code).toBe(1);
  expect(readField(stdout, 'msg')).toBe(problem);
});
