import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a build is made from, besides the sources that tsconfig.json includes. */
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'local/build.mjs'];

const SOURCE = /\.(?:ts|json)$/;

/**
 * Whether dist/ was built from the sources as they are now, and nothing of it is missing.
 *
 * @param {string} root
 */
export function isBuildFresh(root) {
  const stamp = join(root, 'dist/.build-stamp');
  if (!existsSync(stamp)) return false;
  const [hash, ...files] = readFileSync(stamp, 'utf8').split('\n');
  return hash === hashOfSources(root) && files.every((file) => existsSync(join(root, file)));
}

/**
 * Says that dist/ is being changed, so that nobody takes it for finished.
 *
 * @param {string} root
 */
export function invalidateBuild(root) {
  rmSync(join(root, 'dist/.build-stamp'), { force: true });
}

/**
 * Records a finished build.
 *
 * @param {string} root
 * @param {{ hash: string, files: string[] }} build the hash of the sources *before* the build
 *   began, and the paths it wrote.
 */
export function stampBuild(root, { hash, files }) {
  const paths = files.map((file) => relative(root, file));
  writeFileSync(join(root, 'dist/.build-stamp'), [hash, ...paths].join('\n'));
}

/** @param {string} root */
export function hashOfSources(root) {
  /** @type {{ include: string[] }} */
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const sources = include
    .filter((path) => path !== 'test' && existsSync(join(root, path)))
    .flatMap((path) => filesIn(join(root, path)));
  const hash = createHash('sha256');
  for (const file of [...SETTINGS.map((path) => join(root, path)), ...sources.sort()]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => SOURCE.test(name))
    .map((name) => join(path, name));
}
