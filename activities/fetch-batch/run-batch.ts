import { setMaxListeners } from 'node:events';
import type { BatchResult } from '../../domain/batch.ts';
import type { FetchTask, FetchTaskResult, FetchTaskRunner, Lane } from '../../edge/fetch-task.ts';
import type { Slot } from '../../edge/pop-limiter.ts';
import type { BatchOrder } from './batch-runner.ts';
import { BatchRecord, type TaskPlace } from './batch-record.ts';
import { ColumnQueue } from './column-queue.ts';

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

/** What the tasks of one URL have in common. */
type BatchObject = Pick<FetchTask, 'url' | 'domainName' | 'expectedBytes'>;

class BatchExecution {
  readonly record: BatchRecord;
  readonly #run: BatchRun;
  /** By number; undefined where no distribution serves the URL. */
  readonly #objects: readonly (BatchObject | undefined)[];
  readonly #queues: readonly ColumnQueue[];
  /** Aborted when what is in flight has to end. */
  readonly #work = new AbortController();
  #drainTimer: NodeJS.Timeout | undefined;
  readonly #defects: unknown[] = [];
  /** Places in use. */
  #lanes = 0;
  #onIdle: (() => void) | undefined;

  constructor(run: BatchRun) {
    const { columns, domainNames, urls } = run.input;
    const byHost = new Map(Object.entries(domainNames));
    this.#run = run;
    this.record = new BatchRecord(run.input);
    this.#objects = urls.map(({ url: text, expectedBytes }) => {
      const url = run.tasks.urlOf(text);
      const domainName = byHost.get(url.origin.host);
      return domainName === undefined ? undefined : { url, domainName, expectedBytes };
    });
    let firstTask = 0;
    this.#queues = columns.map((column, index) => {
      const queue = new ColumnQueue(column, { column: index, firstTask });
      firstTask += column.urls.length;
      return queue;
    });
    // What is in flight listens, at most as many as there are tasks; and the drain has one listener
    // for each batch of the worker: bounded by its slots.
    setMaxListeners(0, this.#work.signal, run.drain);
  }

  async complete(): Promise<void> {
    const { cancel, drain } = this.#run;
    if (cancel.aborted) this.#cancel();
    else if (drain.aborted) this.#drain();
    cancel.addEventListener('abort', this.#cancel);
    drain.addEventListener('abort', this.#drain);
    try {
      await Promise.all(this.#queues.map((queue) => this.#openLanes(queue)));
      await this.#untilIdle();
    } finally {
      clearTimeout(this.#drainTimer);
      cancel.removeEventListener('abort', this.#cancel);
      drain.removeEventListener('abort', this.#drain);
    }
    if (this.#defects.length > 0) throw this.#defects[0];
  }

  readonly #cancel = (): void => {
    this.#closeQueues();
    this.#work.abort();
  };

  readonly #drain = (): void => {
    this.#closeQueues();
    this.#drainTimer = setTimeout(() => this.#work.abort(), this.#run.drainMs);
  };

  #closeQueues(): void {
    for (const queue of this.#queues) queue.close();
  }

  /** A lane for each place that the POP gives, until somebody has taken the last task. */
  async #openLanes(queue: ColumnQueue): Promise<void> {
    const { input, tasks } = this.#run;
    for (let url = queue.nextUrl; url !== undefined; url = queue.nextUrl) {
      const expectedBytes = input.urls[url]?.expectedBytes;
      const { pop, signal } = queue;
      const slot = await tasks.acquire({ pop, expectedBytes, signal });
      if (slot !== undefined) void this.#runLane(queue, slot);
    }
  }

  /** Runs one task after the other in a place, as long as it may have it. */
  async #runLane(queue: ColumnQueue, slot: Slot): Promise<void> {
    this.#lanes += 1;
    try {
      await this.#run.tasks.run(slot, this.#laneOf(queue, slot));
    } catch (error) {
      this.#defects.push(error);
      this.#cancel();
    } finally {
      slot.release();
      this.#lanes -= 1;
      if (this.#lanes === 0) this.#onIdle?.();
    }
  }

  #laneOf(queue: ColumnQueue, slot: Slot): Lane {
    const counter = new ByteCounter(this.record, () => this.#closeQueues());
    let place = queue.take();
    return {
      next: () => {
        for (; place !== undefined; place = this.#takeNext(queue, slot)) {
          const task = this.#taskAt(place, queue.pop, counter);
          if (task !== undefined) return task;
          this.record.note(place, NOT_SERVED);
        }
        return undefined;
      },
      note: (result) => {
        if (place !== undefined) this.record.note(place, result);
        // Its POP asked to be asked less.
        if (result.isSlowedDown) queue.close();
        place = this.#takeNext(queue, slot);
      },
    };
  }

  #takeNext(queue: ColumnQueue, slot: Slot): TaskPlace | undefined {
    const { input, tasks } = this.#run;
    const url = queue.nextUrl;
    if (url === undefined) return undefined;
    return tasks.mayStay(slot, input.urls[url]?.expectedBytes) ? queue.take() : undefined;
  }

  async #untilIdle(): Promise<void> {
    if (this.#lanes > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  #taskAt(place: TaskPlace, pop: string, counter: ByteCounter): FetchTask | undefined {
    const object = this.#objects[place.url];
    if (object === undefined) return undefined;
    const { depth, headers } = this.#run.input;
    const { url, domainName, expectedBytes } = object;
    counter.begin(expectedBytes ?? 0);
    const { onBodyBytes } = counter;
    const signal = this.#work.signal;
    return { url, pop, domainName, depth, headers, expectedBytes, signal, onBodyBytes };
  }
}

/** Counts the bytes of a lane's tasks, one task after the other. */
class ByteCounter {
  readonly #record: BatchRecord;
  readonly #onTooLarge: () => void;
  #expectedBytes = 0;
  #taskBytes = 0;

  /** @param onTooLarge hears of an object that proves too large for a batch. */
  constructor(record: BatchRecord, onTooLarge: () => void) {
    this.#record = record;
    this.#onTooLarge = onTooLarge;
  }

  begin(expectedBytes: number): void {
    this.#expectedBytes = expectedBytes;
    this.#taskBytes = 0;
  }

  readonly onBodyBytes = (bytes: number): void => {
    this.#record.addBytes(bytes);
    this.#taskBytes += bytes;
    const isTooLarge = this.#taskBytes > BATCH_BYTES && this.#expectedBytes <= BATCH_BYTES;
    if (isTooLarge) this.#onTooLarge();
  };
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
