import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BatchOrder, BatchRunner } from '../activities/fetch-batch/batch-runner.ts';
import type { BatchResult } from '../domain/batch.ts';
import type {
  FetchThreadSettings,
  FromFetchThread,
  ToFetchThread,
} from './fetch-thread-messages.ts';
import { pack, unpack } from './packed.ts';

/** The worker's side of its fetch thread. */
export interface FetchThread extends BatchRunner {
  /** Batches take no new tasks, and return within the drain's time. */
  drain(): void;
  /** Closes its connections and ends it; call when no batch runs. */
  close(): Promise<void>;
}

/**
 * Starts the fetch thread, and resolves when it can fetch.
 *
 * A thread that ends by itself takes the process with it: Temporal gives its batches to others.
 *
 * @param file of the compiled thread.
 * @throws Error when the directory file or the CA file can't be used.
 */
export async function startFetchThread(
  file: URL,
  settings: FetchThreadSettings,
): Promise<FetchThread> {
  const thread = new Worker(file);
  thread.postMessage(settings);
  await once(thread, 'message');
  return new StartedThread(thread);
}

type Running = {
  readonly onHeartbeat: BatchOrder['onHeartbeat'];
  readonly resolve: (result: BatchResult) => void;
  readonly reject: (error: unknown) => void;
};

class StartedThread implements FetchThread {
  readonly #thread: Worker;
  readonly #running = new Map<number, Running>();
  #batches = 0;
  #isClosing = false;

  constructor(thread: Worker) {
    this.#thread = thread;
    thread.on('message', (message: FromFetchThread) => this.#hear(message));
    thread.on('error', (cause) => {
      throw new Error('The fetch thread failed', { cause });
    });
    thread.on('exit', (code) => {
      if (!this.#isClosing) throw new Error(`The fetch thread ended by itself with code ${code}`);
    });
  }

  async run({ input, cancel, onHeartbeat }: BatchOrder): Promise<BatchResult> {
    this.#batches += 1;
    const batch = this.#batches;
    const onCancel = (): void => this.#say({ kind: 'cancel', batch });
    try {
      return await new Promise((resolve, reject) => {
        this.#running.set(batch, { onHeartbeat, resolve, reject });
        this.#say({ kind: 'run', batch, input: pack(input) });
        if (cancel.aborted) onCancel();
        cancel.addEventListener('abort', onCancel, { once: true });
      });
    } finally {
      this.#running.delete(batch);
      cancel.removeEventListener('abort', onCancel);
    }
  }

  drain(): void {
    this.#say({ kind: 'drain' });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const ended = once(this.#thread, 'exit');
    this.#say({ kind: 'close' });
    await ended;
  }

  #say(message: ToFetchThread): void {
    this.#thread.postMessage(message);
  }

  #hear(message: FromFetchThread): void {
    if (message.kind === 'ready') return;
    const running = this.#running.get(message.batch);
    if (running === undefined) return;
    if (message.kind === 'heartbeat') running.onHeartbeat(unpack(message.heartbeat));
    else if (message.kind === 'result') running.resolve(unpack(message.result));
    else running.reject(message.error);
  }
}
