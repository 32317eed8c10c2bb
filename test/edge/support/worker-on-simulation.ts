import type { Depth } from '../../../domain/outcome.ts';
import { createFixedConcurrency } from '../../../edge/concurrency-policy.ts';
import type { EdgeDirectory, PopAddresses } from '../../../edge/directory.ts';
import type { EdgeAddress, EdgeEngine, EngineDeadlines } from '../../../edge/engine.ts';
import { createFetchTaskRunner } from '../../../edge/fetch-task-runner.ts';
import type {
  FetchTask,
  FetchTaskResult,
  FetchTaskRunner,
  Lane,
  PlaceRequest,
} from '../../../edge/fetch-task.ts';
import { createHttp1Engine } from '../../../edge/http1/http1-engine.ts';
import { createEdgeSecureContext } from '../../../edge/http1/secure-context.ts';
import { PopLimiter, type Slot } from '../../../edge/pop-limiter.ts';
import { RequestRate } from '../../../edge/request-rate.ts';
import { createUndiciEngine } from '../../../edge/undici-engine.ts';
import {
  createSimulatedCloudFront,
  type SimulatedCloudFront,
  type SimulatedCloudFrontOptions,
} from '../../../local/edge/simulated-cloudfront.ts';

/** Two POPs of one location, one of the same regional area, and one of another. */
export const POPS = [
  { id: 'NRT57-P3', regionalEdgeCache: 'ap-northeast-1' },
  { id: 'NRT57-P1', regionalEdgeCache: 'ap-northeast-1' },
  { id: 'KIX56-C1', regionalEdgeCache: 'ap-northeast-1' },
  { id: 'FRA56-P4', regionalEdgeCache: 'eu-central-1' },
];

/** Every engine of the product: each test of behaviour holds for both. */
export const ENGINES = ['undici', 'edge'] as const;

/** Deadlines short enough for tests, long enough for a busy machine. */
export const TEST_DEADLINES: EngineDeadlines = {
  connectMs: 5_000,
  firstByteMs: 1_000,
  idleMs: 1_000,
  totalMs: 20_000,
  minimumBytesPerSecond: 1_024,
};

/** Deadlines that no test waits for: what stalls, stalls until it is ended. */
export const PATIENT_DEADLINES: EngineDeadlines = {
  ...TEST_DEADLINES,
  firstByteMs: 60_000,
  idleMs: 60_000,
  totalMs: 60_000,
};

export type WorkerOnSimulation = {
  readonly cloudFront: SimulatedCloudFront;
  readonly engine: EdgeEngine;
  readonly tasks: FetchTaskRunner;
  readonly rate: RequestRate;
  /** Runs one fetch task, with overrides. */
  readonly run: (url: string, overrides?: Partial<LoneTask>) => Promise<FetchTaskResult>;
  readonly close: () => Promise<void>;
};

export type WorkerOptions = {
  readonly engine?: (typeof ENGINES)[number];
  readonly simulation?: Partial<SimulatedCloudFrontOptions>;
  readonly deadlines?: EngineDeadlines;
  readonly depth?: Depth;
  readonly connectionsPerPop?: number;
  /** Addresses that stand before each POP's own. */
  readonly firstAddresses?: readonly EdgeAddress[];
};

/** A simulated CloudFront, and what a fetch worker fetches with, on it. */
export async function startWorkerOnSimulation(
  options: WorkerOptions = {},
): Promise<WorkerOnSimulation> {
  const cloudFront = createSimulatedCloudFront({ pops: POPS, ...options.simulation });
  await cloudFront.start();
  const secureContext = createEdgeSecureContext(cloudFront.caPem);
  const engine =
    options.engine === 'edge'
      ? createHttp1Engine({ secureContext })
      : createUndiciEngine({ secureContext, maxConnections: 256 });
  const policy = createFixedConcurrency(options.connectionsPerPop ?? 8);
  const rate = new RequestRate({ maxPerSecond: 5_000 });
  const tasks = createFetchTaskRunner({
    engine,
    directory: directoryOf(cloudFront, options.firstAddresses),
    limiter: new PopLimiter({ policy, maxRunning: 256 }),
    rate,
    deadlines: options.deadlines ?? TEST_DEADLINES,
    storePauseMs: 20,
  });
  const { signal } = new AbortController();
  return {
    cloudFront,
    engine,
    tasks,
    rate,
    async run(url, overrides = {}) {
      const task: LoneTask = {
        url: tasks.urlOf(url),
        pop: 'NRT57-P3',
        domainName: 'd111111abcdef8.cloudfront.net',
        depth: options.depth ?? 'edge',
        headers: [],
        expectedBytes: undefined,
        signal,
        onBodyBytes: () => undefined,
        ...overrides,
      };
      const slot = await tasks.acquire(task);
      if (slot === undefined) throw new Error('no place for the task');
      return runTask(tasks, slot, task).finally(() => slot.release());
    },
    async close() {
      await engine.close();
      await cloudFront.close();
    },
  };
}

/** A task with a lane and a place of its own. */
type LoneTask = FetchTask & PlaceRequest & Omit<Lane, 'next' | 'note'>;

/** Runs one task alone in a slot. */
async function runTask(
  tasks: FetchTaskRunner,
  slot: Slot,
  task: LoneTask,
): Promise<FetchTaskResult> {
  const results: FetchTaskResult[] = [];
  await tasks.run(slot, {
    ...task,
    next: () => (results.length === 0 ? task : undefined),
    note: (result) => results.push(result),
  });
  const [result] = results;
  if (result === undefined) throw new Error('the task was not told how it ended');
  return result;
}

/** The addresses of a simulated CloudFront, as its directory file would give them. */
export function directoryOf(
  cloudFront: SimulatedCloudFront,
  firstAddresses: readonly EdgeAddress[] = [],
): EdgeDirectory {
  return {
    async resolve(pop) {
      const addresses = cloudFront.directory()[pop];
      if (addresses === undefined) return { isFound: false, reason: `${pop} does not resolve` };
      const { https, http } = parse(addresses);
      return {
        isFound: true,
        addresses: { https: [...firstAddresses, ...https], http: [...firstAddresses, ...http] },
      };
    },
  };
}

function parse(addresses: { https: readonly string[]; http: readonly string[] }): PopAddresses {
  return { https: addresses.https.map(parseAddress), http: addresses.http.map(parseAddress) };
}

function parseAddress(text: string): EdgeAddress {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
}
