import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { checkCli } from './check-cli.ts';
import type { CliRouteOptions } from './cli-route.ts';
import { TEMPORAL_CLI_VERSION } from './dev-server-settings.ts';
import { withHeartbeat } from './heartbeat.ts';
import { runCommand } from './run-command.ts';

const BUILD_LIMIT_MS = 30 * 60_000;
const GO_ENV_LIMIT_MS = 10_000;
/** `go` directive of `cli-module/go.mod`. */
const NEEDED_GO = [1, 26, 4] as const;
/** The first Go that can fetch a newer one by itself (go.dev/doc/toolchain). */
const FIRST_GO_WITH_TOOLCHAINS = [1, 21, 0] as const;

type Environment = CliRouteOptions['environment'];

/**
 * Builds the pinned Go module to `target`: 3 to 4 minutes on two free cores, once a user.
 *
 * A module file of its own, because `go install` refuses the CLI's modules since 1.6 (they carry a
 * `replace`, https://github.com/temporalio/cli/pull/907). `go.sum` pins every dependency.
 *
 * @returns undefined when the CLI is at `target` and runs, else why it is not.
 */
export async function buildCli(
  target: string,
  options: CliRouteOptions,
): Promise<string | undefined> {
  const toolchain = await chooseToolchain(options.environment);
  if ('refusal' in toolchain) return toolchain.refusal;
  const folder = await mkdtemp(join(dirname(target), 'build-'));
  try {
    for (const file of ['go.mod', 'go.sum']) {
      await copyFile(join(projectRoot(), 'local/temporal/cli-module', file), join(folder, file));
    }
    options.report(
      `Building the Temporal dev server with go (usually 3 to 4 minutes, only this once)`,
    );
    const built = await withHeartbeat('building the Temporal dev server', options.report, () =>
      runGoBuild(folder, { ...options.environment, ...toolchain.environment }),
    );
    if (built.code !== 0) return `go build failed: ${built.stderr.trim().slice(-1_000)}`;
    const checked = await checkCli(join(folder, 'temporal'), options.environment);
    if ('refusal' in checked) return checked.refusal;
    await rename(join(folder, 'temporal'), target);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runGoBuild(folder: string, environment: Environment): ReturnType<typeof runCommand> {
  const version = `-X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_CLI_VERSION}`;
  const flags = ['-mod=mod', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', 'temporal'];
  return runCommand({
    command: 'go',
    args: ['build', ...flags, 'github.com/temporalio/cli/cmd/temporal'],
    environment: { ...environment, CGO_ENABLED: '0', GOWORK: 'off' },
    folder,
    limitMs: BUILD_LIMIT_MS,
    isGuarded: true,
  });
}

/** Some systems' Go packages switch toolchain downloads off in go.env; only a user's own word counts. */
async function chooseToolchain(
  environment: Environment,
): Promise<{ readonly environment: Environment } | { readonly refusal: string }> {
  const asked = await runCommand({
    command: 'go',
    args: ['env', 'GOVERSION'],
    environment: { ...environment, GOTOOLCHAIN: 'local' },
    limitMs: GO_ENV_LIMIT_MS,
  });
  if (asked.code !== 0) return { refusal: `no usable go: ${asked.stderr.trim()}` };
  const version = (/\d+(?:\.\d+)*/.exec(asked.stdout)?.[0] ?? '0').split('.').map(Number);
  if (isAtLeast(version, NEEDED_GO)) return { environment: {} };
  const found = version.join('.');
  if (!isAtLeast(version, FIRST_GO_WITH_TOOLCHAINS)) {
    return { refusal: `go ${found} is too old: ${NEEDED_GO.join('.')} is needed` };
  }
  if (environment['GOTOOLCHAIN']?.startsWith('local') === true) {
    return {
      refusal: `go ${found} is too old and GOTOOLCHAIN=local forbids to fetch ${NEEDED_GO.join('.')}`,
    };
  }
  return { environment: { GOTOOLCHAIN: 'auto' } };
}

function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  const index = least.findIndex((part, place) => part !== (version[place] ?? 0));
  return index === -1 || (version[index] ?? 0) > (least[index] ?? 0);
}
