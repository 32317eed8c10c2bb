import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../local/temporal/run-command.ts';
import { type ComposeService, versionOf } from './compose-file.ts';
import { createDaemon, type Daemon } from './daemon.ts';

/** Where a PostgreSQL server of the stack's own runs. */
export type PostgresOptions = {
  /** The service of docker-compose.yml. */
  readonly service: ComposeService;
  readonly binFolder: string;
  readonly folder: string;
  readonly port: number;
};

const INIT_LIMIT_MS = 60_000;
/** PostgreSQL refuses to run as root. */
const AS_POSTGRES = ['--reuid=postgres', '--regid=postgres', '--init-groups'];

/** A database server as the service sets it up: user, password, initdb's arguments, settings. */
export async function createPostgres(options: PostgresOptions): Promise<Daemon> {
  const { service, binFolder, folder, port } = options;
  const { POSTGRES_USER: user = '', POSTGRES_PASSWORD: password = '' } = service.environment;
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await mkdir(folder, { recursive: true });
  await writeFile(passwordFile, password);
  if (isRoot()) {
    await chmod(folder, 0o777);
    await chmod(passwordFile, 0o644);
  }
  const initArgs = (service.environment['POSTGRES_INITDB_ARGS'] ?? '').split(' ');
  const init = asPostgres(join(binFolder, 'initdb'), [
    '-D',
    data,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth-local=scram-sha-256',
    ...initArgs,
  ]);
  const created = await runCommand({ ...init, environment: process.env, limitMs: INIT_LIMIT_MS });
  if (created.code !== 0) throw new Error(`initdb failed: ${created.stderr}`);

  const [, ...settings] = service.command;
  const here = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`];
  const server = asPostgres(join(binFolder, 'postgres'), [
    '-D',
    data,
    '-p',
    String(port),
    ...here,
    ...settings,
  ]);
  const probe = ['-U', user, '-h', '127.0.0.1', '-p', String(port)];
  return createDaemon(
    { name: 'postgres', ...server, environment: process.env, logFolder: folder },
    async () => {
      const command = join(binFolder, 'pg_isready');
      const asked = { command, args: probe, environment: process.env, limitMs: 5_000 };
      return (await runCommand(asked)).code === 0;
    },
  );
}

/** What differs from the container, for the log of a run. */
export async function describePostgres({ service, binFolder }: PostgresOptions): Promise<string> {
  const command = join(binFolder, 'postgres');
  const asked = await runCommand({
    command,
    args: ['--version'],
    environment: process.env,
    limitMs: 5_000,
  });
  return `${asked.stdout.trim()} stands for PostgreSQL ${versionOf(service)} of docker-compose.yml`;
}

function asPostgres(command: string, args: readonly string[]) {
  return isRoot()
    ? { command: 'setpriv', args: [...AS_POSTGRES, command, ...args] }
    : { command, args: [...args] };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
