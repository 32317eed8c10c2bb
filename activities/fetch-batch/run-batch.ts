import { setMaxListeners } from 'node:events';
import type { BatchColumn, BatchResult } from '../../domain/batch.ts';
import { hostOfUrl } from '../../domain/host-of-url.ts';
import type { FetchTaskResult, FetchTaskRunner } from '../../edge/fetch-task.ts';
import type { Slot } from '../../edge/pop-limiter.ts';
import type { BatchOrder } from './batch-runner.ts';
import { BatchRecord, type TaskPlace } from './batch-record.ts';

/** What batches run with. */
export type BatchMeans = {
  readonly tasks: FetchTaskRunner;
  /** Takes no new tasks; what is in flight may go on for `drainMs`. */
  readonly drain: AbortSignal;
  readonly drainMs: number;
};

/** A batch to run, and who may end it early. */
export type BatchRun = BatchOrder & BatchMeans;

/** A body beyond this is fetched alone: the rest of its batch is worth more in other hands. */
const BATCH_BYTES = 256 * 1024 * 1024;

/**
 * Runs the tasks of a batch, all its POPs at once, as many tasks each as the POP gets places.
 *
 * Always returns what it finished: a cancelled or drained batch, too.
 */
export async function runBatch(run: BatchRun): Promise<BatchResult> {
  const startedAtMs = performance.now();
  const execution = new BatchExecution(run);
  const beat = (): void => run.onHeartbeat(execution.record.heartbeat());
  beat();
  const timer = setInterval(beat, run.input.heartbeatIntervalMs);
  try {
    await execution.complete();
    return execution.record.result(performance.now() - startedAtMs);
  } finally {
    clearInterval(timer);
  }
}

class BatchExecution {
  readonly record: BatchRecord;
  readonly #run: BatchRun;
  /** By URL: the domain name of its distribution, undefined where none serves its host. */
  readonly #domainNames: readonly (string | undefined)[];
  /** Aborted when no new task is to be taken. */
  readonly #intake = new AbortController();
  /** Aborted when what is in flight has to end. */
  readonly #work = new AbortController();
  /** Columns whose POP asked to be asked less: their rest is handed back. */
  readonly #slowedColumns = new Set<number>();
  #drainTimer: NodeJS.Timeout | undefined;
  readonly #defects: unknown[] = [];
  /** Tasks that were begun. */
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(run: BatchRun) {
    this.#run = run;
    this.record = new BatchRecord(run.input);
    const { urls, domainNames } = run.input;
    this.#domainNames = urls.map(({ url }) => domainNames[hostOfUrl(url)]);
    // One listener for each task that waits: their number is bounded by the batch. And the drain
    // has one for each batch of the worker: bounded by its slots.
    setMaxListeners(0, this.#intake.signal, this.#work.signal, run.drain);
  }

  async complete(): Promise<void> {
    const { cancel, drain, input } = this.#run;
    if (cancel.aborted) this.#cancel();
    else if (drain.aborted) this.#drain();
    cancel.addEventListener('abort', this.#cancel);
    drain.addEventListener('abort', this.#drain);
    try {
      let task = 0;
      const columns: Promise<void>[] = [];
      for (const [index, column] of input.columns.entries()) {
        columns.push(this.#runColumn(column, { column: index, firstTask: task }));
        task += column.urls.length;
      }
      await Promise.all(columns);
      await this.#untilIdle();
    } finally {
      clearTimeout(this.#drainTimer);
      cancel.removeEventListener('abort', this.#cancel);
      drain.removeEventListener('abort', this.#drain);
    }
    if (this.#defects.length > 0) throw this.#defects[0];
  }

  readonly #cancel = (): void => {
    this.#intake.abort();
    this.#work.abort();
  };

  readonly #drain = (): void => {
    this.#intake.abort();
    this.#drainTimer = setTimeout(() => this.#work.abort(), this.#run.drainMs);
  };

  /** Hands the tasks of one POP out as it has places; ends with the last one begun. */
  async #runColumn(
    { pop, urls }: BatchColumn,
    { column, firstTask }: { readonly column: number; readonly firstTask: number },
  ): Promise<void> {
    const { input, tasks } = this.#run;
    for (const [offset, url] of urls.entries()) {
      const expectedBytes = input.urls[url]?.expectedBytes;
      const slot = await tasks.acquire({ pop, expectedBytes, signal: this.#intake.signal });
      if (slot === undefined) break;
      if (this.#slowedColumns.has(column) || this.#intake.signal.aborted) {
        slot.release();
        break;
      }
      void this.#runTask({ task: firstTask + offset, column, url }, pop, slot);
    }
  }

  async #untilIdle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  async #runTask(place: TaskPlace, pop: string, slot: Slot): Promise<void> {
    const { input, tasks } = this.#run;
    this.#running += 1;
    try {
      const { url, expectedBytes } = input.urls[place.url] ?? { url: '' };
      const domainName = this.#domainNames[place.url];
      if (domainName === undefined) {
        this.record.note(place, NOT_SERVED);
        return;
      }
      const result = await tasks.run(
        {
          url,
          pop,
          domainName,
          depth: input.depth,
          headers: input.headers,
          expectedBytes,
          signal: this.#work.signal,
          onBodyBytes: this.#countBytes(expectedBytes ?? 0),
        },
        slot,
      );
      this.record.note(place, result);
      if (result.isSlowedDown) this.#slowedColumns.add(place.column);
    } catch (error) {
      this.#defects.push(error);
      this.#cancel();
    } finally {
      slot.release();
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Counts a task's bytes; an object that proves too large for a batch ends the intake. */
  #countBytes(expectedBytes: number): (bytes: number) => void {
    let taskBytes = 0;
    return (bytes) => {
      this.record.addBytes(bytes);
      taskBytes += bytes;
      if (taskBytes > BATCH_BYTES && expectedBytes <= BATCH_BYTES) this.#intake.abort();
    };
  }
}

const NOT_SERVED: FetchTaskResult = {
  outcome: 'host_not_served',
  isSlowedDown: false,
  bodyBytes: undefined,
  fetches: 0,
  isRevalidating: false,
  status: undefined,
  servedBy: undefined,
  xCache: undefined,
  message: "the batch names no distribution for the URL's host",
};
