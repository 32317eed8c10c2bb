import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../local/project-root.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Runs `.ci/run` in a project whose `npm test` is the given script. */
function runCi(testScript: string): { status: number | null; lines: string[] } {
  const root = temporaryFolder();
  mkdirSync(join(root, '.ci'));
  cpSync(join(projectRoot(), '.ci/run'), join(root, '.ci/run'));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts: { test: 'node test.cjs' } }));
  writeFileSync(join(root, 'test.cjs'), testScript);
  const ran = spawnSync(join(root, '.ci/run'), { encoding: 'utf8' });
  return { status: ran.status, lines: ran.stdout.trimEnd().split('\n') };
}

function resultsScript(results: unknown, code: number): string {
  const text = JSON.stringify(JSON.stringify(results));
  return `require('node:fs').writeFileSync(process.env.TEST_RESULTS_FILE, ${text}); process.exit(${code})`;
}

function results(passed: number, failed: number, files: unknown[] = []) {
  return {
    numTotalTests: passed + failed,
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 0,
    testResults: files,
  };
}

test('ends with the totals of a green run', () => {
  const { status, lines } = runCi(resultsScript(results(12, 0, [{ status: 'passed' }]), 0));

  expect(status).toBe(0);
  expect(lines.slice(-2)).toEqual(['vitest: 1 files, 12 tests, 0 skipped', '12 passed, 0 failed']);
});

test('counts failed tests, and files that could not be loaded', () => {
  const files = [
    { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'failed' }] },
    { status: 'failed', assertionResults: [] },
  ];
  const { status, lines } = runCi(resultsScript(results(10, 2, files), 1));

  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('10 passed, 3 failed');
});

test('fails when a check before the tests fails, and shows its message', () => {
  const { status, lines } = runCi("console.log('lint: unused variable'); process.exit(1)");

  expect(status).toBe(1);
  expect(lines).toContain('lint: unused variable');
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
});

test('fails when the run does although no test failed', () => {
  const { status, lines } = runCi(resultsScript(results(10, 0), 1));

  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('10 passed, 1 failed');
});
