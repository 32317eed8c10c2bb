// Compiles the sources to dist/ and bundles the workflows to dist/workflow-bundle.js:
//   node local/build.mjs
// In place, because programs may be running from dist/ meanwhile. Needs node_modules.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hashOfSources, invalidateBuild, stampBuild } from './setup/build-stamp.mjs';

/**
 * Builds everything.
 *
 * @param {string} root
 * @throws {Error} when the sources have errors; they are in the message.
 */
export async function build(root) {
  const hash = hashOfSources(root);
  invalidateBuild(root);
  const files = compile(root);
  const entry = join(root, 'dist/workflows/index.js');
  if (existsSync(entry)) files.push(await bundleWorkflows(root, entry));
  removeOthers(join(root, 'dist'), new Set(files));
  stampBuild(root, { hash, files });
}

/**
 * @param {string} root
 * @returns {string[]} the paths written.
 */
function compile(root) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', 'tsconfig.build.json', '--listEmittedFiles', '--pretty', 'false'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const emitted = lines.filter((line) => line.startsWith('TSFILE: '));
  if (status !== 0) {
    const errors = lines.filter((line) => !emitted.includes(line));
    throw new Error(`tsc failed with code ${status}:\n${[...errors, stderr].join('\n')}`);
  }
  return emitted.map((line) => resolve(root, line.slice('TSFILE: '.length)));
}

/**
 * Temporal's bundler takes some seconds: done once here, not at each start of a control worker.
 *
 * @param {string} root
 * @param {string} entry
 */
async function bundleWorkflows(root, entry) {
  const { DefaultLogger, bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: entry,
    logger: new DefaultLogger('WARN'),
  });
  const file = join(root, 'dist/workflow-bundle.js');
  writeFileSync(file, code);
  return file;
}

/**
 * Output of sources that are gone would still be imported, bundled and run.
 *
 * @param {string} folder
 * @param {Set<string>} kept
 */
function removeOthers(folder, kept) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(file)) rmSync(file);
  }
}

const isProgram =
  process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isProgram) {
  try {
    await build(dirname(dirname(fileURLToPath(import.meta.url))));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
