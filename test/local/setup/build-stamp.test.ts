import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  hashOfSources,
  invalidateBuild,
  isBuildFresh,
  stampBuild,
} from '../../../local/setup/build-stamp.mjs';
import { temporaryFolder } from '../temporary-folder.ts';

function write(root: string, path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function builtProject(): string {
  const root = temporaryFolder();
  write(
    root,
    'tsconfig.json',
    JSON.stringify({ include: ['domain', 'test', 'config.ts', 'infra'] }),
  );
  for (const path of ['package-lock.json', 'tsconfig.build.json', 'local/build.mjs']) {
    write(root, path, '{}');
  }
  write(root, 'domain/ids.ts', 'export const ID = 1;');
  write(root, 'domain/data/pops.json', '[]');
  write(root, 'config.ts', '');
  write(root, 'test/ids.test.ts', '');
  write(root, 'dist/domain/ids.js', 'export const ID = 1;');
  stampBuild(root, { hash: hashOfSources(root), files: [join(root, 'dist/domain/ids.js')] });
  return root;
}

test('takes a build for fresh while its sources are the same, tests aside', () => {
  const root = builtProject();

  write(root, 'test/ids.test.ts', 'changed');

  expect(isBuildFresh(root)).toBe(true);
});

test.each([
  ['a source changed', (root: string) => write(root, 'domain/ids.ts', 'export const ID = 2;')],
  ['a source is new', (root: string) => write(root, 'domain/deep/new.ts', '')],
  ['a source is gone', (root: string) => rmSync(join(root, 'domain/data/pops.json'))],
  ['a dependency changed', (root: string) => write(root, 'package-lock.json', '{"a":1}')],
  ['an output is gone', (root: string) => rmSync(join(root, 'dist/domain/ids.js'))],
  ['a build began and did not end', (root: string) => invalidateBuild(root)],
])('takes a build for stale when %s', (_case, change) => {
  const root = builtProject();

  change(root);

  expect(isBuildFresh(root)).toBe(false);
});
