import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether node_modules holds what package-lock.json asks for, on this platform.
 *
 * Known by a stamp, or, where somebody ran npm by hand, by npm's own record of what it installed
 * (node_modules/.package-lock.json).
 *
 * @param {string} root
 */
export function areDependenciesInstalled(root) {
  const { lock, stamp, record } = filesOf(root);
  if (!existsSync(lock) || !existsSync(record)) return false;
  const wanted = stampFor(lock);
  const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
  if (found === wanted) return true;
  if (found !== undefined && !found.endsWith(platformLine())) return false;
  if (!isSamePackages(lock, record)) return false;
  writeFileSync(stamp, wanted);
  return true;
}

/**
 * Installs the dependencies, development ones too: the build needs them.
 *
 * @param {string} root
 * @throws {Error} when npm fails; it has said why on stderr.
 */
export async function installDependencies(root) {
  const { lock, stamp } = filesOf(root);
  rmSync(stamp, { force: true });
  const command = existsSync(lock) ? 'ci' : 'install';
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const code = await runNpm(root, [command, ...flags]);
  if (code !== 0) throw new Error(`npm ${command} failed with code ${code} in ${root}`);
  writeFileSync(stamp, stampFor(lock));
}

/** @param {string} root */
function filesOf(root) {
  return {
    lock: join(root, 'package-lock.json'),
    stamp: join(root, 'node_modules/.setup-stamp'),
    record: join(root, 'node_modules/.package-lock.json'),
  };
}

/** @param {string} lock */
function stampFor(lock) {
  return `${createHash('sha256').update(readFileSync(lock)).digest('hex')}${platformLine()}`;
}

/** Some packages carry machine code: node_modules of another system is of no use. */
function platformLine() {
  return `\n${process.platform}-${process.arch}\n`;
}

/**
 * @param {string} lock
 * @param {string} record
 */
function isSamePackages(lock, record) {
  const wanted = packagesOf(lock);
  const installed = packagesOf(record);
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = installed[path];
    return path === '' || (found === undefined ? optional === true : found.version === version);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesOf(file) {
  /** @type {{ packages?: Record<string, { version?: string, optional?: boolean }> }} */
  const { packages = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return packages;
}

/**
 * @param {string} root
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function runNpm(root, args) {
  // Started by npm, the same npm goes on; it may not be on PATH.
  const running = process.env['npm_execpath'] ?? '';
  const [command, first] = running.endsWith('npm-cli.js')
    ? [process.execPath, [running]]
    : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', (error) => reject(new Error(`Can't run npm: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}
