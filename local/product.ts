import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Environment,
  LOCAL_GROUP,
  type ProductSettings,
  productEnvironment,
} from './product-environment.ts';
import { projectRoot } from './project-root.ts';
import { readField } from './read-field.ts';
import type { GuardedProcess } from './supervisor/guarded-process.ts';
import { whenLine, whenServed } from './supervisor/readiness.ts';
import type { SupervisedCommand, Supervisor } from './supervisor/supervisor.ts';
import { devServerCommand } from './temporal/dev-server.ts';

/** Everything that decides how the product runs on this machine. */
export type ProductOptions = ProductSettings & {
  readonly supervisor: Supervisor;
  /** From the launch of an instance of the group to the start of its fetch worker. @default 1,000 */
  readonly bootDelayMs?: number;
};

/** Where a running product answers. */
export type ProductAddresses = {
  readonly apiUrl: string;
  readonly awsUrl: string;
  readonly temporalAddress: string;
  /** Absent with a Temporal server of the user's own. */
  readonly uiUrl?: string;
};

const BOOT_DELAY_MS = 1_000;
/** A draining control worker finishes its activities first: at most 30 s. */
const CONTROL_STOP_LIMIT_MS = 35_000;

/**
 * Starts the whole product under a supervisor: Temporal and the simulated CloudFront first, then
 * the local AWS, whose group launches the fetch workers when a request asks for them, then the api
 * and a control worker. Resolves when all are ready.
 *
 * @throws ChildFailure when one of them can't start.
 */
export async function startProduct(options: ProductOptions): Promise<ProductAddresses> {
  const { supervisor, temporal, ports } = options;
  mkdirSync(options.dataFolder, { recursive: true });
  const surroundings = [edgeCommand(options.dataFolder)];
  if ('cliFile' in temporal) {
    const databaseFile = join(options.dataFolder, 'temporal.db');
    const server = { port: ports.temporal, uiPort: ports.ui, databaseFile };
    surroundings.push(devServerCommand(temporal.cliFile, server));
  }
  const [edge] = await supervisor.start(surroundings);
  const [aws] = await supervisor.start([awsCommand(options, said(edge, 'inspectUrl'))]);
  const awsUrl = said(aws, 'url');
  const environment = productEnvironment(options, awsUrl);
  await supervisor.start([apiCommand(ports.api, environment), controlCommand(environment)]);

  const addresses = {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    awsUrl,
    temporalAddress: environment['TEMPORAL_ADDRESS'] ?? '',
  };
  return 'cliFile' in temporal
    ? { ...addresses, uiUrl: `http://127.0.0.1:${ports.ui}` }
    : addresses;
}

function edgeCommand(dataFolder: string): SupervisedCommand {
  return {
    ...nodeCommand('edge', 'local/edge/main.js', ['--data-dir', dataFolder]),
    environment: process.env,
    ready: whenLine(isReady),
  };
}

/** Its environment is that of the fetch workers it launches; it tells them where it listens itself. */
function awsCommand(options: ProductOptions, edgeInspectUrl: string): SupervisedCommand {
  const settings = {
    'edge-inspect-url': edgeInspectUrl,
    'log-dir': join(options.dataFolder, 'logs'),
    worker: distFile('workers/fetch.js'),
    group: LOCAL_GROUP.name,
    region: LOCAL_GROUP.region,
    'boot-delay-ms': options.bootDelayMs ?? BOOT_DELAY_MS,
  };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return {
    ...nodeCommand('aws', 'local/aws/main.js', args),
    environment: productEnvironment(options),
    ready: whenLine(isReady),
  };
}

function isReady(line: string): boolean {
  return readField(line, 'ready') === true;
}

/** What a process said of itself in the line that made it ready. */
function said(child: GuardedProcess | undefined, field: string): string {
  const line = child?.log.lastLines().find(isReady) ?? '';
  const value = readField(line, field);
  if (typeof value === 'string') return value;
  throw new Error(`${child?.name} did not say its ${field}: ${line}`);
}

function apiCommand(port: number, environment: Environment): SupervisedCommand {
  const ready = whenServed(`http://127.0.0.1:${port}/readyz`);
  return { ...nodeCommand('api', 'api/server.js'), environment, ready };
}

function controlCommand(environment: Environment): SupervisedCommand {
  return {
    ...nodeCommand('control-worker', 'workers/control.js'),
    environment,
    ready: whenLine((line) => readField(line, 'msg') === 'worker polling'),
    stopLimitMs: CONTROL_STOP_LIMIT_MS,
  };
}

function nodeCommand(name: string, entry: string, args: readonly string[] = []) {
  const file = distFile(entry);
  return { name, command: process.execPath, args: ['--enable-source-maps', file, ...args] };
}

function distFile(entry: string): string {
  return join(projectRoot(), 'dist', entry);
}
