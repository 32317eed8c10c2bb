/**
 * The fetch thread: everything between a batch and the edge, on an event loop of its own.
 *
 * Temporal's SDK keeps a context for each activity, for which Node charges every promise of the
 * thread; here there is none. And however busy the edge keeps this loop, the worker's own goes on
 * polling and calling Temporal.
 */

import { parentPort, type MessagePort } from 'node:worker_threads';
import { runBatch, type BatchMeans } from '../activities/fetch-batch/run-batch.ts';
import type {
  FetchThreadSettings,
  FromFetchThread,
  ToFetchThread,
} from './fetch-thread-messages.ts';
import { openFetchTasks } from './fetch-tasks.ts';
import { createLogger } from './logger.ts';
import { pack, unpack } from './packed.ts';

/** Runs the batches that the worker sends, and says what comes of them. */
class Batches {
  readonly #means: BatchMeans;
  readonly #say: (message: FromFetchThread) => void;
  readonly #running = new Map<number, AbortController>();

  constructor(means: BatchMeans, say: (message: FromFetchThread) => void) {
    this.#means = means;
    this.#say = say;
  }

  async run({ batch, input }: ToFetchThread & { kind: 'run' }): Promise<void> {
    const cancel = new AbortController();
    this.#running.set(batch, cancel);
    try {
      const result = await runBatch({
        ...this.#means,
        input: unpack(input),
        cancel: cancel.signal,
        onHeartbeat: (heartbeat) =>
          this.#say({ kind: 'heartbeat', batch, heartbeat: pack(heartbeat) }),
      });
      this.#say({ kind: 'result', batch, result: pack(result) });
    } catch (error) {
      this.#say({ kind: 'defect', batch, error });
    } finally {
      this.#running.delete(batch);
    }
  }

  cancel(batch: number): void {
    this.#running.get(batch)?.abort();
  }
}

async function start(port: MessagePort, settings: FetchThreadSettings): Promise<void> {
  const logger = createLogger({ level: settings.logLevel, role: 'fetch' });
  const { tasks, close } = await openFetchTasks(settings, logger);
  const drain = new AbortController();
  const say = (message: FromFetchThread): void => port.postMessage(message);
  const means = { tasks, drain: drain.signal, drainMs: settings.drainMs };
  const batches = new Batches(means, say);

  async function obey(message: ToFetchThread): Promise<void> {
    if (message.kind === 'run') return batches.run(message);
    if (message.kind === 'cancel') return batches.cancel(message.batch);
    if (message.kind === 'drain') return drain.abort();
    await close();
    port.close();
  }

  port.on('message', (message: ToFetchThread) => void obey(message));
  say({ kind: 'ready' });
}

const port = parentPort;
if (port === null) throw new Error('fetch-thread is a thread of the fetch worker: start that');
port.once('message', (settings: FetchThreadSettings) => void start(port, settings));
