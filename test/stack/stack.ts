import { mkdir, mkdtemp, rm, symlink, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findFreePorts } from '../../local/free-ports.ts';
import { projectRoot } from '../../local/project-root.ts';
import type { Report } from '../../local/temporal/heartbeat.ts';
import { runCommand } from '../../local/temporal/run-command.ts';
import { findBinaries } from './binaries.ts';
import { type ComposeFile, readComposeFile, serviceOf, versionOf } from './compose-file.ts';
import { createDaemon, type Daemon } from './daemon.ts';
import { createPostgres, describePostgres } from './postgres.ts';

/** PostgreSQL and Temporal as docker-compose.yml runs them, without containers. */
export type Stack = {
  /** `127.0.0.1:PORT` of Temporal. */
  readonly address: string;
  /** The product's namespace, as the service `api` names it. */
  readonly namespace: string;
  readonly postgres: Daemon;
  readonly server: Daemon;
  /** Runs a job of docker-compose.yml again. @throws Error with its output when it fails. */
  readonly runJob: RunJob;
  readonly close: () => Promise<void>;
};

type RunJob = (name: 'schema' | 'namespaces', changes?: Environment) => Promise<void>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Ports of the server, by the variables of its configuration template. */
const PORT_VARIABLES = [
  'FRONTEND_GRPC_PORT',
  'FRONTEND_HTTP_PORT',
  'FRONTEND_MEMBERSHIP_PORT',
  'HISTORY_GRPC_PORT',
  'HISTORY_MEMBERSHIP_PORT',
  'MATCHING_GRPC_PORT',
  'MATCHING_MEMBERSHIP_PORT',
  'WORKER_GRPC_PORT',
  'WORKER_MEMBERSHIP_PORT',
] as const;

const JOB_LIMIT_MS = 120_000;

/** Where the containers' folders and hosts are on this machine. */
type Place = {
  readonly compose: ComposeFile;
  readonly folder: string;
  readonly serverFolder: string;
  readonly postgresPort: number;
  readonly ports: Readonly<Record<string, string>>;
  readonly address: string;
  readonly environment: Environment;
};

/**
 * Starts the stack from empty databases, through the same jobs and in the same order as compose.
 *
 * @throws Error that names every missing part, or what a job or server said.
 */
export async function startStack(report: Report): Promise<Stack> {
  const compose = readComposeFile();
  const binaries = await findBinaries(versionOf(serviceOf(compose, 'temporal')), report);
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-stack-'));
  await chmod(folder, 0o755);
  const place = await findPlace(compose, folder, binaries.serverFolder);
  await linkPrograms(place, binaries.cliFile);
  const postgresOptions = {
    service: serviceOf(compose, 'postgres'),
    binFolder: binaries.postgresFolder,
    folder: join(folder, 'postgres'),
    port: place.postgresPort,
  };
  report(await describePostgres(postgresOptions));
  const postgres = await createPostgres(postgresOptions);
  const server = createServer(place);
  const runJob: RunJob = (name, changes = {}) => runJobOf(place, name, changes);
  const close = async (): Promise<void> => {
    await server.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await postgres.start();
    await runJob('schema');
    await server.start();
    await runJob('namespaces');
  } catch (error) {
    await close();
    throw error;
  }
  const namespace = serviceOf(compose, 'api').environment['TEMPORAL_NAMESPACE'] ?? '';
  return { address: place.address, namespace, postgres, server, runJob, close };
}

async function findPlace(
  compose: ComposeFile,
  folder: string,
  serverFolder: string,
): Promise<Place> {
  const [postgresPort = 0, ...free] = await findFreePorts(PORT_VARIABLES.length + 1);
  const ports = Object.fromEntries(
    PORT_VARIABLES.map((name, index) => [name, String(free[index])]),
  );
  const path = `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`;
  return {
    compose,
    folder,
    serverFolder,
    postgresPort,
    ports,
    address: `127.0.0.1:${ports['FRONTEND_GRPC_PORT']}`,
    environment: { PATH: path, HOME: process.env['HOME'] },
  };
}

/** The jobs call their programs by name, as in their image. */
async function linkPrograms({ folder, serverFolder }: Place, cliFile: string): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(cliFile, join(bin, 'temporal'));
  for (const name of ['temporal-server', 'temporal-sql-tool']) {
    await symlink(join(serverFolder, name), join(bin, name));
  }
}

function createServer(place: Place): Daemon {
  const { environment } = serviceOf(place.compose, 'temporal');
  const command = {
    name: 'temporal-server',
    command: join(place.serverFolder, 'temporal-server'),
    args: ['start'],
    environment: {
      ...place.environment,
      ...environment,
      ...place.ports,
      POSTGRES_SEEDS: '127.0.0.1',
      DB_PORT: String(place.postgresPort),
      BIND_ON_IP: '127.0.0.1',
      DYNAMIC_CONFIG_FILE_PATH: onThisMachine(environment['DYNAMIC_CONFIG_FILE_PATH'] ?? ''),
    },
    logFolder: place.folder,
  };
  return createDaemon(command, async () => {
    const args = ['operator', 'cluster', 'health', '--address', place.address];
    const asked = { command: 'temporal', args, environment: place.environment, limitMs: 5_000 };
    return (await runCommand(asked)).code === 0;
  });
}

async function runJobOf(
  place: Place,
  name: 'schema' | 'namespaces',
  changes: Environment,
): Promise<void> {
  const { command, environment } = serviceOf(place.compose, name);
  const [program = '', ...args] = command.map(onThisMachine);
  const here =
    name === 'schema'
      ? {
          SQL_HOST: '127.0.0.1',
          SQL_PORT: String(place.postgresPort),
          SCHEMA_FOLDER: join(place.serverFolder, 'schema'),
        }
      : { TEMPORAL_ADDRESS: place.address };
  const ran = await runCommand({
    command: program,
    args,
    environment: { ...place.environment, ...environment, ...here, ...changes },
    limitMs: JOB_LIMIT_MS,
  });
  if (ran.code !== 0) throw new Error(`Job ${name} failed: ${ran.stdout}\n${ran.stderr}`);
}

/** The containers see deploy/temporal at /deploy. */
function onThisMachine(path: string): string {
  return path.replace(/^\/deploy\//, `${join(projectRoot(), 'deploy/temporal')}/`);
}
