import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { z } from 'zod';
import { findFreePorts } from '../../local/free-ports.ts';
import { projectRoot } from '../../local/project-root.ts';
import { readField } from '../../local/read-field.ts';
import { isBuildFresh } from '../../local/setup/build-stamp.mjs';
import type { GuardedProcess } from '../../local/supervisor/guarded-process.ts';
import { whenLine, whenServed, type Readiness } from '../../local/supervisor/readiness.ts';
import { createSupervisor, type Supervisor } from '../../local/supervisor/supervisor.ts';
import { createEdgeInspector, type EdgeInspector } from './edge-inspector.ts';
import { createProductApi, type ProductApi } from './product-api.ts';
import { createTestNamespace, type TestNamespace } from './temporal-namespace.ts';

/** The product's processes that a test may start again, or more than once. */
export type ProductProcess = 'api' | 'control-worker' | 'fetch-worker';

/** A running product in a Temporal namespace of its own, before a simulated CloudFront of its own. */
export type Product = {
  readonly api: ProductApi;
  readonly edge: EdgeInspector;
  readonly temporal: Pick<TestNamespace, 'address' | 'namespace' | 'client'>;
  /** PEM of the authority that signs what the simulated CloudFront shows. */
  readonly caPem: string;
  /** POP id → its ports on 127.0.0.1. */
  readonly directory: Directory;
  /** Starts one more; resolves when it is ready. An api listens where the one before did. */
  readonly start: (name: ProductProcess) => Promise<GuardedProcess>;
  /** Those that run now, in the order of their start. */
  readonly running: (name: ProductProcess) => readonly GuardedProcess[];
};

/** What a test file sets. */
export type ProductOptions = {
  /** @default 2 */
  readonly fetchWorkers?: number;
  /** More variables for the product's processes. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where Temporal is. @default a namespace of its own on the run's server */
  readonly temporal?: () => Promise<TestNamespace>;
};

const directorySchema = z.record(
  z.string(),
  z.object({ https: z.array(z.string()), http: z.array(z.string()) }),
);

/** POP id → its addresses, as `EDGE_DIRECTORY` has them. */
export type Directory = z.infer<typeof directorySchema>;

/** Machines that run the tests may be busy. */
const READY_LIMIT_MS = 90_000;

/**
 * Runs the built product's own processes for the tests of the calling file, and ends them after
 * the last one, however it went; a guard ends them even when the test run itself is killed. When a
 * test fails, the last lines of every process's log are shown.
 *
 * @returns a function that gives the product to a running test.
 */
export function useProduct(options: ProductOptions = {}): () => Product {
  let processes: Processes | undefined;
  let temporal: TestNamespace | undefined;
  let product: Product | undefined;

  beforeAll(async () => {
    processes = createProcesses();
    temporal = await (options.temporal ?? createTestNamespace)();
    product = await startProduct(processes, temporal, options);
  });
  afterAll(async () => {
    await processes?.end();
    await temporal?.close();
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => void process.stderr.write(processes?.lastWords() ?? ''));
  });
  return () => {
    if (product === undefined) throw new Error('The product runs only while tests do');
    return product;
  };
}

async function startProduct(
  processes: Processes,
  temporal: TestNamespace,
  { fetchWorkers = 2, environment = {} }: ProductOptions,
): Promise<Product> {
  const { folder } = processes;
  const edge = await startEdge(processes);
  const [port = 0] = await findFreePorts(1);
  const apiUrl = `http://127.0.0.1:${port}`;
  const settings = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    HOST: '127.0.0.1',
    PORT: String(port),
    EDGE_DIRECTORY: edge.edgeDirectoryFile,
    EDGE_CA_FILE: edge.caFile,
    AWS_ENDPOINT_URL: await startAws(processes, edge.inspectUrl),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...environment,
  };
  const isPolling = whenLine((line) => readField(line, 'msg') === 'worker polling');
  const commands = {
    api: { entry: 'api/server.js', ready: whenServed(`${apiUrl}/readyz`) },
    'control-worker': { entry: 'workers/control.js', ready: isPolling },
    'fetch-worker': { entry: 'workers/fetch.js', ready: isPolling },
  };
  const start = (name: ProductProcess): Promise<GuardedProcess> =>
    processes.start({ name, environment: settings, ...commands[name] });
  const workers = Array.from({ length: fetchWorkers }, () => start('fetch-worker'));
  await Promise.all([start('api'), start('control-worker'), ...workers]);
  return {
    api: createProductApi(apiUrl),
    edge: createEdgeInspector(edge.inspectUrl),
    temporal,
    caPem: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    directory: directorySchema.parse(JSON.parse(readFileSync(edge.edgeDirectoryFile, 'utf8'))),
    start,
    running: (name) => processes.running(name),
  };
}

const edgeReadySchema = z.object({
  inspectUrl: z.string(),
  edgeDirectoryFile: z.string(),
  caFile: z.string(),
});

async function startEdge(processes: Processes): Promise<z.infer<typeof edgeReadySchema>> {
  const args = ['--data-dir', processes.folder];
  return edgeReadySchema.parse(await startSurrounding(processes, 'edge', args));
}

const awsReadySchema = z.object({ url: z.string() });

/** Lists the sample distributions; its group launches nothing, since nobody asks it to. */
async function startAws(processes: Processes, inspectUrl: string): Promise<string> {
  const worker = join(projectRoot(), 'dist/workers/fetch.js');
  const files = ['--log-dir', processes.folder, '--worker', worker];
  const args = ['--edge-inspect-url', inspectUrl, ...files];
  return awsReadySchema.parse(await startSurrounding(processes, 'aws', args)).url;
}

/** @returns what it said in its line of JSON when it was ready. */
async function startSurrounding(
  processes: Processes,
  name: 'edge' | 'aws',
  args: readonly string[],
): Promise<unknown> {
  const isReady = (line: string): boolean => readField(line, 'ready') === true;
  const entry = `local/${name}/main.js`;
  const child = await processes.start({ name, entry, args, ready: whenLine(isReady) });
  const said: unknown = JSON.parse(child.log.lastLines().find(isReady) ?? '');
  return said;
}

type ProcessToStart = {
  readonly name: string;
  /** File under dist/. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ready: Readiness;
};

/** The processes of one test file. */
interface Processes {
  /** Holds what they write; it is their home, too, so that no setting of the user reaches them. */
  readonly folder: string;
  start(process: ProcessToStart): Promise<GuardedProcess>;
  running(name: string): readonly GuardedProcess[];
  /** The last lines of every log. */
  lastWords(): string;
  end(): Promise<void>;
}

function createProcesses(): Processes {
  if (!isBuildFresh(projectRoot())) {
    throw new Error('dist/ is not built from the sources as they are: run `npm run build` first');
  }
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-e2e-'));
  const supervisor: Supervisor = createSupervisor(join(folder, 'logs'));
  const all: GuardedProcess[] = [];
  const startsByName = new Map<string, number>();
  const { PATH = '' } = process.env;
  return {
    folder,
    async start({ name, entry, args = [], environment = {}, ready }) {
      const file = join(projectRoot(), 'dist', entry);
      if (!existsSync(file)) throw new Error(`${file} does not exist: see tsconfig.build.json`);
      const start = (startsByName.get(name) ?? 0) + 1;
      startsByName.set(name, start);
      const [child] = await supervisor.start([
        {
          name: start === 1 ? name : `${name}-${start}`,
          command: process.execPath,
          args: ['--enable-source-maps', file, ...args],
          environment: { PATH, HOME: folder, TMPDIR: folder, ...environment },
          ready,
          readyLimitMs: READY_LIMIT_MS,
        },
      ]);
      if (child === undefined) throw new Error(`${name} was not started`);
      all.push(child);
      return child;
    },
    running: (name) => supervisor.running().filter((child) => child.name.startsWith(name)),
    lastWords: () =>
      all.map(({ name, log }) => `--- ${name}\n${log.lastLines().join('\n')}\n`).join(''),
    async end() {
      supervisor.kill();
      await supervisor.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
