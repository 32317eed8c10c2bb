import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { z } from 'zod';
import { findFreePorts } from '../../local/free-ports.ts';
import { readField } from '../../local/read-field.ts';
import type { GuardedProcess } from '../../local/supervisor/guarded-process.ts';
import { whenLine, whenServed } from '../../local/supervisor/readiness.ts';
import { createEdgeInspector, type EdgeInspector } from './edge-inspector.ts';
import { createProductApi, type ProductApi } from './product-api.ts';
import { createProductProcesses, type ProductProcesses } from './product-processes.ts';
import { startSurroundings, type Surroundings } from './surroundings.ts';
import { createTestNamespace, type TestNamespace } from './temporal-namespace.ts';

/** The product's processes that a test may start again, or more than once. */
export type ProductProcess = 'api' | 'control-worker' | 'fetch-worker';

/** A running product in a Temporal namespace of its own, before a simulated CloudFront of its own. */
export type Product = {
  readonly api: ProductApi;
  readonly edge: EdgeInspector;
  readonly temporal: Pick<TestNamespace, 'address' | 'namespace' | 'client'>;
  /** File of {@link caPem}. */
  readonly caFile: string;
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

/**
 * Runs the built product's own processes for the tests of the calling file, and ends them after
 * the last one, however it went; a guard ends them even when the test run itself is killed. When a
 * test fails, the last lines of every process's log are shown.
 *
 * @returns a function that gives the product to a running test.
 */
export function useProduct(options: ProductOptions = {}): () => Product {
  let processes: ProductProcesses | undefined;
  let temporal: TestNamespace | undefined;
  let product: Product | undefined;
  let isShown = false;

  beforeAll(async () => {
    processes = createProductProcesses();
    const surroundings = startSurroundings(processes);
    surroundings.catch(() => undefined);
    temporal = await (options.temporal ?? createTestNamespace)();
    product = await startProduct(processes, options, { temporal, ...(await surroundings) });
  });
  afterAll(async () => {
    await processes?.end();
    await temporal?.close();
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => {
      process.stderr.write(isShown ? '' : (processes?.lastWords() ?? ''));
      isShown = true;
    });
  });
  return () => {
    if (product === undefined) throw new Error('The product runs only while tests do');
    return product;
  };
}

type Around = Surroundings & { readonly temporal: TestNamespace };

async function startProduct(
  processes: ProductProcesses,
  { fetchWorkers = 2, environment = {} }: ProductOptions,
  { temporal, inspectUrl, edgeDirectoryFile, caFile, awsUrl }: Around,
): Promise<Product> {
  const [port = 0] = await findFreePorts(1);
  const apiUrl = `http://127.0.0.1:${port}`;
  const settings = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    HOST: '127.0.0.1',
    PORT: String(port),
    EDGE_DIRECTORY: edgeDirectoryFile,
    EDGE_CA_FILE: caFile,
    AWS_ENDPOINT_URL: awsUrl,
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
    edge: createEdgeInspector(inspectUrl),
    temporal,
    caFile,
    caPem: readFileSync(caFile, 'utf8'),
    directory: directorySchema.parse(JSON.parse(readFileSync(edgeDirectoryFile, 'utf8'))),
    start,
    running: (name) => processes.running(name),
  };
}
