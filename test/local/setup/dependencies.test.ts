import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { areDependenciesInstalled } from '../../../local/setup/dependencies.mjs';
import { temporaryFolder } from '../temporary-folder.ts';

type Packages = Readonly<Record<string, { version: string; optional?: boolean }>>;

const WANTED: Packages = {
  '': { version: '0.1.0' },
  'node_modules/hono': { version: '4.0.0' },
  'node_modules/tool-for-macos': { version: '1.0.0', optional: true },
};

function project(wanted: Packages, installed: Packages | undefined): string {
  const root = temporaryFolder();
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  if (installed !== undefined) install(root, installed);
  return root;
}

function install(root: string, packages: Packages): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  const record = join(root, 'node_modules/.package-lock.json');
  writeFileSync(record, JSON.stringify({ packages }));
}

test.each([
  ['nothing is installed', undefined, false],
  ['all is there but what other systems need', { 'node_modules/hono': { version: '4.0.0' } }, true],
  ['a package is older', { 'node_modules/hono': { version: '3.9.0' } }, false],
  ['a package is missing', {}, false],
])('knows from the record of npm that %s', (_case, installed, expected) => {
  expect(areDependenciesInstalled(project(WANTED, installed))).toBe(expected);
});

test('notices that package-lock.json has changed', () => {
  const installed = { 'node_modules/hono': { version: '4.0.0' } };
  const root = project(WANTED, installed);
  areDependenciesInstalled(root);

  const changed = { ...WANTED, 'node_modules/hono': { version: '4.1.0' } };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: changed }));
  const before = areDependenciesInstalled(root);
  install(root, { 'node_modules/hono': { version: '4.1.0' } });
  const after = areDependenciesInstalled(root);

  expect([before, after]).toEqual([false, true]);
});

test('does not trust packages that were installed on another system', () => {
  const root = project(WANTED, { 'node_modules/hono': { version: '4.0.0' } });
  writeFileSync(join(root, 'node_modules/.setup-stamp'), 'some hash\nplan9-mips\n');

  expect(areDependenciesInstalled(root)).toBe(false);
});
