import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { createFetchBatchActivity } from '../activities/fetch-batch.ts';
import type { FetchConfig } from '../config.ts';
import { createDataConverter } from '../codec/payload-codec.ts';
import { FETCH_TASK_QUEUE } from '../domain/ids.ts';
import { watchInstance } from './drain-watch.ts';
import { runWorker } from './run-worker.ts';
import { installRuntime } from './runtime.ts';
import { startFetchThread } from './start-fetch-thread.ts';
import { stopOnSignals } from './stop-signal.ts';

const THREAD_FILE = new URL('./fetch-thread.js', import.meta.url);

/** Fetches in flight may go on this long after SIGTERM; the process has to be gone at 30 s. */
const DRAIN_MS = 20_000;

/**
 * From the end of polling to the drain. What a drained batch hands back is planned again at once, and
 * would meet the polls that are just being closed: a batch handed to one of those is lost until its
 * heartbeat is missed.
 */
const POLLS_CLOSE_MS = 500;

/**
 * Wires a fetch worker and runs it until SIGTERM, SIGINT or the end of its instance; returns when it
 * has drained.
 *
 * @throws Error when the file that `EDGE_DIRECTORY` or `EDGE_CA_FILE` names can't be used.
 */
export async function runFetchWorker(config: FetchConfig, logger: Logger): Promise<void> {
  const thread = await startFetchThread(THREAD_FILE, threadSettings(config));
  installRuntime({ logger, ...config });
  const instance = watchInstance(config, logger);
  const stop = AbortSignal.any([stopOnSignals(logger), instance.signal]);
  stop.addEventListener('abort', () => {
    setTimeout(() => thread.drain(), POLLS_CLOSE_MS).unref();
  });
  await runWorker({
    temporal: config.temporal,
    dataConverter: createDataConverter({ encryptionKey: config.historyEncryptionKey }),
    taskQueue: FETCH_TASK_QUEUE,
    identity: `fetch/${hostname()}/${process.pid}/slots-${config.fetchSlots}`,
    logger,
    stop,
    workerOptions: async () => ({
      activities: { fetchBatch: createFetchBatchActivity(thread) },
      maxConcurrentActivityTaskExecutions: config.fetchSlots,
      // Cancellation and progress ride on heartbeats: by default they would be up to 48 s late.
      maxHeartbeatThrottleInterval: '1 second',
    }),
  });
  await thread.close();
  await instance.finish();
}

/** No secret and nothing of Temporal: the thread knows the edge only. */
function threadSettings(config: FetchConfig) {
  const { temporal: _temporal, historyEncryptionKey: _key, ...settings } = config;
  return { ...settings, drainMs: DRAIN_MS };
}
