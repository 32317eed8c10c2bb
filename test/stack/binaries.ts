import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../local/temporal/cache-folder.ts';
import { cliRouteOptions, findTemporalCli } from '../../local/temporal/find-cli.ts';
import { type Report, withHeartbeat } from '../../local/temporal/heartbeat.ts';
import { runCommand } from '../../local/temporal/run-command.ts';

/** The programs that the containers of docker-compose.yml hold. */
export type Binaries = {
  /** `temporal-server` and `temporal-sql-tool` of the pinned version, and `schema/`. */
  readonly serverFolder: string;
  readonly cliFile: string;
  /** `initdb`, `postgres`, `pg_isready`. */
  readonly postgresFolder: string;
};

const BUILD_LIMIT_MS = 60 * 60_000;
const GO_MODULE = 'go.temporal.io/server';
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/**
 * Finds the programs, and builds Temporal's where the user's cache has none of this version.
 *
 * @throws Error that lists every missing part and how to get it.
 */
export async function findBinaries(serverVersion: string, report: Report): Promise<Binaries> {
  const parts = await Promise.allSettled([
    findPostgres(),
    findServer(serverVersion, report),
    findTemporalCli(cliRouteOptions(report)),
  ]);
  const [postgres, server, cli] = parts;
  if (postgres.status === 'rejected' || server.status === 'rejected' || cli.status === 'rejected') {
    const reasons = parts.flatMap((part) =>
      part.status === 'rejected' ? [`  - ${String(part.reason)}`] : [],
    );
    throw new Error(`The stack lacks parts:\n${reasons.join('\n')}`);
  }
  return {
    postgresFolder: postgres.value,
    serverFolder: server.value,
    cliFile: cli.value.file,
  };
}

async function findPostgres(): Promise<string> {
  const versions = (await isThere(DEBIAN_POSTGRES)) ? await readdir(DEBIAN_POSTGRES) : [];
  const folders = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
  const asked = await runCommand({
    command: 'pg_config',
    args: ['--bindir'],
    environment: process.env,
    limitMs: 10_000,
  });
  if (asked.code === 0) folders.push(asked.stdout.trim());
  for (const folder of folders) if (await isThere(join(folder, 'initdb'))) return folder;
  throw new Error(
    `PostgreSQL's initdb is in none of ${folders.join(', ') || DEBIAN_POSTGRES}: apt-get install postgresql`,
  );
}

async function findServer(version: string, report: Report): Promise<string> {
  const cache = cacheFolder({ environment: process.env, platform: process.platform });
  const folder = join(dirname(cache), `temporal-server-${version}`);
  if (await isThere(join(folder, 'schema'))) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}-`);
  try {
    report(`Building Temporal server ${version} with go (some 5 minutes, only this once)`);
    await withHeartbeat('building the Temporal server', report, () => build(version, building));
    await rename(building, folder);
    return folder;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function build(version: string, folder: string): Promise<void> {
  const at = `@v${version}`;
  const tools = [`${GO_MODULE}/cmd/server${at}`, `${GO_MODULE}/cmd/tools/sql${at}`];
  const environment = { ...process.env, CGO_ENABLED: '0', GOBIN: folder, GOWORK: 'off' };
  const go = async (args: readonly string[]): Promise<string> => {
    const limits = { limitMs: BUILD_LIMIT_MS, isGuarded: true };
    const ran = await runCommand({ command: 'go', args, environment, ...limits });
    if (ran.code === 0) return ran.stdout.trim();
    throw new Error(
      `Temporal server ${version} needs Go (https://go.dev/dl) to be built: go ${args.join(' ')}: ${ran.stderr.trim().slice(-1_000)}`,
    );
  };
  await go(['install', '-trimpath', '-ldflags', '-s -w', ...tools]);
  const modules = await go(['env', 'GOMODCACHE']);
  const schema = join(modules, `${GO_MODULE}${at}`, 'schema/postgresql/v12');
  await rename(join(folder, 'server'), join(folder, 'temporal-server'));
  await rename(join(folder, 'sql'), join(folder, 'temporal-sql-tool'));
  await cp(schema, join(folder, 'schema'), { recursive: true });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    // Missing or not ours to see: either way it can't be used.
    return false;
  }
}
