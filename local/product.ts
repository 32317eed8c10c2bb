import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';
import { readField } from './read-field.ts';
import type { ProductPorts } from './start-options.ts';
import { whenLine, whenServed } from './supervisor/readiness.ts';
import type { SupervisedCommand, Supervisor } from './supervisor/supervisor.ts';
import { devServerCommand, environmentWithoutTemporal } from './temporal/dev-server.ts';

/** Everything that decides how the product runs on this machine. */
export type ProductOptions = {
  readonly supervisor: Supervisor;
  readonly dataFolder: string;
  readonly ports: ProductPorts;
  /** A running Temporal server, or the CLI that starts one. */
  readonly temporal: { readonly address: string } | { readonly cliFile: string };
  /** Fetch workers to run. @default 2 */
  readonly fetchWorkers?: number;
  /** More variables for the product's processes. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** Where a running product answers. */
export type ProductAddresses = {
  readonly apiUrl: string;
  readonly temporalAddress: string;
  /** Absent with a Temporal server of the user's own. */
  readonly uiUrl?: string;
};

const FETCH_WORKERS = 2;
/** A draining fetch worker finishes its fetches first: at most 30 s. */
const WORKER_STOP_LIMIT_MS = 35_000;

/** Settings of the product that the simulated surroundings decide, not the user's environment. */
const OVERRIDDEN = [
  'AUTO_SCALING_GROUP_NAME',
  'EDGE_DNS_SERVERS',
  'EDGE_DNS_SUFFIX',
  'METRICS_PORT',
  'PUBLIC_URL',
];

/**
 * Starts the whole product under a supervisor: Temporal and the simulated CloudFront first, then
 * the api, a control worker and the fetch workers. Resolves when all are ready.
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
  await supervisor.start(surroundings);

  const environment = productEnvironment(options);
  const workers = Array.from({ length: options.fetchWorkers ?? FETCH_WORKERS }, (_, index) =>
    workerCommand(`fetch-worker-${index + 1}`, 'fetch', environment),
  );
  const control = workerCommand('control-worker', 'control', environment);
  await supervisor.start([apiCommand(ports.api, environment), control, ...workers]);

  const addresses = {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    temporalAddress: environment['TEMPORAL_ADDRESS'] ?? '',
  };
  return 'cliFile' in temporal
    ? { ...addresses, uiUrl: `http://127.0.0.1:${ports.ui}` }
    : addresses;
}

type Environment = Record<string, string | undefined>;

function productEnvironment(options: ProductOptions): Environment {
  const { dataFolder, ports, temporal } = options;
  const inherited: Environment =
    'cliFile' in temporal
      ? { ...environmentWithoutTemporal(), TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}` }
      : { ...process.env, TEMPORAL_ADDRESS: temporal.address };
  for (const name of OVERRIDDEN) delete inherited[name];
  return {
    ...inherited,
    HOST: '127.0.0.1',
    PORT: String(ports.api),
    ALLOWED_DISTRIBUTIONS: '*',
    EDGE_DIRECTORY: join(dataFolder, 'edge-directory.json'),
    EDGE_CA_FILE: join(dataFolder, 'ca.pem'),
    ...options.environment,
  };
}

function edgeCommand(dataFolder: string): SupervisedCommand {
  return {
    ...nodeCommand('edge', 'local/edge/main.js', ['--data-dir', dataFolder]),
    environment: process.env,
    ready: whenLine((line) => readField(line, 'ready') === true),
  };
}

function apiCommand(port: number, environment: Environment): SupervisedCommand {
  const ready = whenServed(`http://127.0.0.1:${port}/readyz`);
  return { ...nodeCommand('api', 'api/server.js'), environment, ready };
}

function workerCommand(name: string, entry: string, environment: Environment): SupervisedCommand {
  return {
    ...nodeCommand(name, `workers/${entry}.js`),
    environment,
    ready: whenLine((line) => readField(line, 'msg') === 'worker polling'),
    stopLimitMs: WORKER_STOP_LIMIT_MS,
  };
}

function nodeCommand(name: string, entry: string, args: readonly string[] = []) {
  const file = join(projectRoot(), 'dist', entry);
  return { name, command: process.execPath, args: ['--enable-source-maps', file, ...args] };
}
