import { setMaxListeners } from 'node:events';
import type { SecureContext } from 'node:tls';
import type { ConcurrencyPolicy } from '../edge/concurrency-policy.ts';
import { createFetchTaskRunner } from '../edge/fetch-task-runner.ts';
import type { FetchTask, FetchTaskRunner } from '../edge/fetch-task.ts';
import { createHttp1Engine } from '../edge/http1/http1-engine.ts';
import { PopLimiter, type Slot } from '../edge/pop-limiter.ts';
import { RequestRate } from '../edge/request-rate.ts';
import { HOST, POP } from './concurrency-cells.ts';

/** A policy to measure, on a POP behind a port of loopback. */
export type Measurement = {
  readonly policy: ConcurrencyPolicy;
  readonly port: number;
  readonly seconds: number;
  readonly secureContext: SecureContext;
};

/** What a policy brought, its start from no connection at all included. */
export type Measured = {
  readonly fetchesPerSecond: number;
  /** Places that the policy gave at the end. */
  readonly limit: number;
};

const MAXIMUM_CONNECTIONS = 256;
const WITHOUT_BOUND = 1_000_000;

/**
 * Fetches new URLs for so many seconds, as many at once as the policy gives places.
 *
 * @throws Error when a task ends otherwise than warm.
 */
export async function measure(measurement: Measurement): Promise<Measured> {
  const { policy, port, seconds, secureContext } = measurement;
  const engine = createHttp1Engine({ secureContext, maximumConnections: MAXIMUM_CONNECTIONS });
  const address = { host: '127.0.0.1', port };
  const tasks = createFetchTaskRunner({
    engine,
    directory: {
      resolve: async () => ({ isFound: true, addresses: { https: [address], http: [] } }),
    },
    limiter: new PopLimiter({ policy, maxRunning: MAXIMUM_CONNECTIONS }),
    rate: new RequestRate({ maxPerSecond: WITHOUT_BOUND }),
  });
  try {
    const fetches = await fetchFor(tasks, seconds);
    return { fetchesPerSecond: fetches / seconds, limit: policy.of(POP).limitOf('any') };
  } finally {
    await engine.close();
  }
}

async function fetchFor(tasks: FetchTaskRunner, seconds: number): Promise<number> {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const running = new Set<Promise<void>>();
  const endsAtMs = performance.now() + seconds * 1_000;
  const problems: string[] = [];
  let started = 0;
  let warm = 0;

  async function runOne(url: string, slot: Slot): Promise<void> {
    let task: FetchTask | undefined = {
      url: tasks.urlOf(url),
      domainName: HOST,
      expectedBytes: undefined,
    };
    await tasks.run(slot, {
      depth: 'edge',
      headers: [],
      signal,
      onBodyBytes: () => undefined,
      next: () => task,
      note({ outcome, message }) {
        task = undefined;
        if (outcome !== 'warm') problems.push(`${url}: ${outcome} ${message}`);
        else if (performance.now() < endsAtMs) warm += 1;
      },
    });
  }

  while (performance.now() < endsAtMs && problems.length === 0) {
    const slot = await tasks.acquire({ pop: POP, expectedBytes: undefined, signal });
    if (slot === undefined) break;
    started += 1;
    const task = runOne(`https://${HOST}/object-${started}`, slot).finally(() => {
      slot.release();
      running.delete(task);
    });
    running.add(task);
  }
  await Promise.all(running);
  if (problems.length > 0) throw new Error(problems.slice(0, 3).join('\n'));
  return warm;
}
