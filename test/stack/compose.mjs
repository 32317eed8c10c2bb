// npm run test:compose: builds the images and runs the demo profile of docker-compose.yml, its sample
// included, as a project of its own. Needs a Docker daemon and the ports of the compose file.

import { spawnSync } from 'node:child_process';

const PROJECT = 'prewarm-test';
const IMAGE_LIMIT_BYTES = 450_000_000;
const STOPPED_WITHIN_MS = 60_000;

/**
 * @param {string[]} args
 * @param {boolean} isShown whether the user sees the output as it comes.
 */
function docker(args, isShown = false) {
  const { status, stdout, stderr, error } = spawnSync('docker', args, {
    encoding: 'utf8',
    stdio: isShown ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  if (error !== undefined) throw new Error(`Docker is missing: ${error.message}`);
  if (status !== 0) throw new Error(`docker ${args.join(' ')} failed: ${stderr ?? ''}`);
  return stdout ?? '';
}

/** @param {string[]} args */
function compose(...args) {
  return docker(['compose', '--project-name', PROJECT, '--profile', 'demo', ...args], true);
}

/** @param {string} service */
function stateOf(service) {
  const name = `${PROJECT}-${service}-1`;
  /** @type {[{ State: { ExitCode: number, Health?: { Status: string } } }]} */
  const [{ State: state }] = JSON.parse(docker(['inspect', name]));
  return state;
}

/**
 * @param {boolean} isTrue
 * @param {string} what
 */
function check(isTrue, what) {
  console.log(`${isTrue ? 'passed' : 'FAILED'}: ${what}`);
  if (!isTrue) process.exitCode = 1;
}

function runDemo() {
  compose('up', '--detach', '--build');
  compose('wait', 'sample');
  compose('logs', 'sample');
  check(stateOf('sample').ExitCode === 0, 'everything in the sample was warm');
  for (const service of ['demo-api', 'demo-control', 'edge', 'temporal', 'postgres']) {
    const { Health: health } = stateOf(service);
    check(health?.Status === 'healthy', `${service} is healthy`);
  }
  const size = Number(
    docker(['image', 'inspect', '--format', '{{.Size}}', 'cloudfront-prewarm:local']),
  );
  check(size <= IMAGE_LIMIT_BYTES, `the image has ${Math.round(size / 1e6)} MB, at most 450`);

  const startedAtMs = performance.now();
  compose('stop');
  const stoppedMs = performance.now() - startedAtMs;
  check(stoppedMs < STOPPED_WITHIN_MS, `everything stopped in ${Math.round(stoppedMs / 1_000)} s`);
  for (const service of ['demo-api', 'demo-control']) {
    check(stateOf(service).ExitCode === 0, `${service} ended at SIGTERM with exit code 0`);
  }
}

try {
  docker(['info', '--format', '{{.ServerVersion}}']);
  for (const profile of ['none', 'production', 'demo']) {
    docker(['compose', '--profile', profile, 'config', '--quiet']);
    check(true, `the compose file is valid with profile ${profile}`);
  }
  try {
    runDemo();
  } finally {
    compose('down', '--volumes', '--timeout', '10');
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('This test needs a running Docker daemon with the compose plugin.');
  process.exitCode = 1;
}
