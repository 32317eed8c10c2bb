import { hostname } from 'node:os';
import { createFetchBatchActivity } from '../activities/fetch-batch.ts';
import type { FetchConfig } from '../config.ts';
import { createDataConverter } from '../codec/payload-codec.ts';
import { FETCH_TASK_QUEUE } from '../domain/ids.ts';
import { createAdaptiveConcurrency } from '../edge/adaptive-concurrency.ts';
import { createEngine } from '../edge/create-engine.ts';
import { createEventLoopLoad } from '../edge/event-loop-load.ts';
import { createFetchTaskRunner } from '../edge/fetch-task-runner.ts';
import { PopLimiter } from '../edge/pop-limiter.ts';
import { RequestRate } from '../edge/request-rate.ts';
import { watchInstance } from './drain-watch.ts';
import { createLogger } from './logger.ts';
import { openDirectory } from './open-directory.ts';
import { runWorker } from './run-worker.ts';
import { installRuntime } from './runtime.ts';
import { stopOnSignals } from './stop-signal.ts';

/** Fetches in flight may go on this long after SIGTERM; the process has to be gone at 30 s. */
const DRAIN_MS = 20_000;

/**
 * Wires a fetch worker and runs it until SIGTERM, SIGINT or the end of its instance; returns when it
 * has drained.
 *
 * @throws DirectoryError when the file that `EDGE_DIRECTORY` names can't be used.
 */
export async function runFetchWorker(config: FetchConfig): Promise<void> {
  const logger = createLogger({ level: config.logLevel, role: 'fetch' });
  const directory = await openDirectory(config, logger);
  const engine = createEngine(config);
  const policy = createAdaptiveConcurrency({
    startPerPop: config.fetchConnectionsPerPop,
    maxRunning: config.fetchMaxConnections,
    load: createEventLoopLoad(),
  });
  const tasks = createFetchTaskRunner({
    engine,
    directory,
    limiter: new PopLimiter({ policy, maxRunning: config.fetchMaxConnections }),
    rate: new RequestRate({ maxPerSecond: config.fetchMaxRpsPerPop }),
    policy,
  });
  installRuntime({ logger, ...config });
  const instance = watchInstance(config, logger);
  const stop = AbortSignal.any([stopOnSignals(logger), instance.signal]);
  const fetchBatch = createFetchBatchActivity({ tasks, drain: stop, drainMs: DRAIN_MS });
  await runWorker({
    temporal: config.temporal,
    dataConverter: createDataConverter({ encryptionKey: config.historyEncryptionKey }),
    taskQueue: FETCH_TASK_QUEUE,
    identity: `fetch/${hostname()}/${process.pid}/slots-${config.fetchSlots}`,
    logger,
    stop,
    workerOptions: async () => ({
      activities: { fetchBatch },
      maxConcurrentActivityTaskExecutions: config.fetchSlots,
      // Cancellation and progress ride on heartbeats: by default they would be up to 48 s late.
      maxHeartbeatThrottleInterval: '1 second',
    }),
  });
  await engine.close();
  await instance.finish();
}
