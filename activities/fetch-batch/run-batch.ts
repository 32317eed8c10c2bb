import { setMaxListeners } from 'node:events';
import type { BatchResult } from '../../domain/batch.ts';
import type { FetchTaskRunner } from '../../edge/fetch-task.ts';
import type { Slot } from '../../edge/pop-limiter.ts';
import type { BatchOrder } from './batch-runner.ts';
import { BatchLane, type LanesOfBatch } from './batch-lane.ts';
import { BatchRecord } from './batch-record.ts';
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
  readonly #lanesOfBatch: LanesOfBatch;
  readonly #queues: readonly ColumnQueue[];
  /** Aborted when what is in flight has to end. */
  readonly #work = new AbortController();
  #drainTimer: NodeJS.Timeout | undefined;
  readonly #defects: unknown[] = [];
  /** Places in use. */
  #lanes = 0;
  #onIdle: (() => void) | undefined;

  constructor(run: BatchRun) {
    const { input } = run;
    this.#run = run;
    this.record = new BatchRecord(input);
    this.#lanesOfBatch = {
      input,
      record: this.record,
      runner: run.tasks,
      tasks: tasksByUrl(run),
      signal: this.#work.signal,
      closeQueues: () => this.#closeQueues(),
    };
    let firstTask = 0;
    this.#queues = input.columns.map((column, index) => {
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
      await this.#run.tasks.run(slot, new BatchLane(this.#lanesOfBatch, queue, slot));
    } catch (error) {
      this.#defects.push(error);
      this.#cancel();
    } finally {
      slot.release();
      this.#lanes -= 1;
      if (this.#lanes === 0) this.#onIdle?.();
    }
  }

  async #untilIdle(): Promise<void> {
    if (this.#lanes > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }
}

/** One task for each URL, which all its POPs share. */
function tasksByUrl({ input, tasks }: BatchRun): LanesOfBatch['tasks'] {
  const byHost = new Map(Object.entries(input.domainNames));
  return input.urls.map(({ url: text, expectedBytes }) => {
    const url = tasks.urlOf(text);
    const domainName = byHost.get(url.origin.host);
    return domainName === undefined ? undefined : { url, domainName, expectedBytes };
  });
}
