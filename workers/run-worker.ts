import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { DataConverter } from '@temporalio/common';
import { untilOnlyPollsAreLeft } from './only-polls-left.ts';
import { describeTemporalProblem } from './temporal-problem.ts';

/** A worker to run. */
export type RunWorkerOptions = {
  readonly temporal: ClientConnectConfig & { readonly namespace: string };
  /** The same as the api's, else requests can't be read. */
  readonly dataConverter: DataConverter;
  readonly taskQueue: string;
  /** What `temporal worker list` and the Web UI show. */
  readonly identity: string;
  readonly logger: Logger;
  /** Ends the worker: it takes no new task, and returns when those it has are done. */
  readonly stop: AbortSignal;
  /** What the worker runs, and its limits. Called again for each new connection. */
  readonly workerOptions: (connection: NativeConnection) => Promise<Partial<WorkerOptions>>;
};

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/** Batches end within 20 s of a drain; what has not ended after this is cancelled. */
const GRACE = '22 seconds';
const FORCE = '26 seconds';

/**
 * Runs a worker until `stop` fires. Temporal away, at the start or later: waits, says so, goes on
 * when it comes. Needs the runtime installed before.
 *
 * @throws Error when the connection's settings can't be used, which no waiting mends.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { logger, stop, temporal } = options;
  const { namespace } = temporal;
  const address = temporal.connectionOptions.address ?? 'localhost:7233';
  const stopping = aborted(stop);
  let retryMs = FIRST_RETRY_MS;
  while (!stop.aborted) {
    try {
      await runOnce(options, stopping, () => {
        retryMs = FIRST_RETRY_MS;
      });
    } catch (error) {
      if (isBadSetting(error)) {
        const message = `TEMPORAL_* can't be used (address "${address}"): ${error.message}`;
        throw new Error(message, { cause: error });
      }
      const { isKnown, sentence } = describeTemporalProblem(error, { address, namespace });
      const facts = { address, namespace, retryMs, ...(isKnown ? {} : { error }) };
      logger.warn(facts, `waiting for Temporal: ${sentence}`);
      await sleep(retryMs, undefined, { signal: stop }).catch(() => undefined);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }
  }
  logger.info('worker stopped');
}

async function runOnce(
  options: RunWorkerOptions,
  stopping: Promise<void>,
  onPolling: () => void,
): Promise<void> {
  const { temporal, taskQueue, identity, logger, stop, dataConverter } = options;
  const connecting = NativeConnection.connect(temporal.connectionOptions);
  // What takes the connection and never answers would hold the process for the client's timeouts.
  const connection = await Promise.race([connecting, stopping]);
  if (connection === undefined) {
    // The process ends: how this attempt does concerns nobody any more.
    connecting.then((late) => late.close()).catch(() => undefined);
    return;
  }
  try {
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue,
      identity,
      dataConverter,
      shutdownGraceTime: GRACE,
      shutdownForceTime: FORCE,
      ...(await options.workerOptions(connection)),
    });
    const running = worker.run();
    logger.info({ taskQueue, identity, namespace: temporal.namespace }, 'worker polling');
    onPolling();
    await Promise.race([running, stopping]);
    if (stop.aborted && worker.getState() === 'RUNNING') worker.shutdown();
    if (stop.aborted && !(await hasEnded(worker, running))) {
      logger.warn('ending with polls open: Temporal does not answer them');
      // The worker holds its connection, and the process ends.
      running.catch(() => undefined);
      return;
    }
    await running;
    await connection.close();
  } catch (error) {
    // What went wrong first is told; a worker that failed may hold the connection still.
    await connection.close().catch(() => undefined);
    throw error;
  }
}

/** Waits until a worker that was told to end has ended, or waits for its polls alone. */
async function hasEnded(worker: Worker, running: Promise<void>): Promise<boolean> {
  const end = new AbortController();
  const ended = running.then(
    () => true,
    () => true,
  );
  const gaveUp = untilOnlyPollsAreLeft(worker, end.signal).then(() => false);
  const isFirst = await Promise.race([ended, gaveUp]);
  end.abort();
  return isFirst;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Settings that no waiting mends: a malformed address, a client certificate without key. */
function isBadSetting(error: unknown): error is TypeError | RangeError {
  return error instanceof TypeError || error instanceof RangeError;
}
