import type { BatchInput } from '../../domain/batch.ts';
import type { FetchTask, FetchTaskResult, FetchTaskRunner, Lane } from '../../edge/fetch-task.ts';
import type { Slot } from '../../edge/pop-limiter.ts';
import type { BatchRecord, TaskPlace } from './batch-record.ts';
import type { ColumnQueue } from './column-queue.ts';

/** What the lanes of a batch share. */
export type LanesOfBatch = {
  readonly input: BatchInput;
  readonly record: BatchRecord;
  readonly runner: Pick<FetchTaskRunner, 'mayStay'>;
  /** By the URL's number, the same for all POPs; undefined where no distribution serves the URL. */
  readonly tasks: readonly (FetchTask | undefined)[];
  /** Fires when what is in flight has to end. */
  readonly signal: AbortSignal;
  /** Hands back what nobody has taken. */
  readonly closeQueues: () => void;
};

/** A body beyond this is fetched alone: the rest of its batch is worth more in other hands. */
const BATCH_BYTES = 256 * 1024 * 1024;

/** What one place of a POP runs of a batch: the next task of the POP's queue, as long as the place may be kept. */
export class BatchLane implements Lane {
  readonly depth: BatchInput['depth'];
  readonly headers: BatchInput['headers'];
  readonly signal: AbortSignal;
  readonly #batch: LanesOfBatch;
  readonly #queue: ColumnQueue;
  readonly #slot: Slot;
  #place: TaskPlace | undefined;
  #expectedBytes = 0;
  #taskBytes = 0;

  /** Takes its first task at once. */
  constructor(batch: LanesOfBatch, queue: ColumnQueue, slot: Slot) {
    this.depth = batch.input.depth;
    this.headers = batch.input.headers;
    this.signal = batch.signal;
    this.#batch = batch;
    this.#queue = queue;
    this.#slot = slot;
    this.#place = queue.take();
  }

  next(): FetchTask | undefined {
    for (let place = this.#place; place !== undefined; place = this.#place) {
      const task = this.#batch.tasks[place.url];
      if (task !== undefined) {
        this.#expectedBytes = task.expectedBytes ?? 0;
        this.#taskBytes = 0;
        return task;
      }
      this.#batch.record.note(place, NOT_SERVED);
      this.#place = this.#takeNext();
    }
    return undefined;
  }

  note(result: FetchTaskResult): void {
    if (this.#place !== undefined) this.#batch.record.note(this.#place, result);
    // Its POP asked to be asked less.
    if (result.isSlowedDown) this.#queue.close();
    this.#place = this.#takeNext();
  }

  readonly onBodyBytes = (bytes: number): void => {
    this.#batch.record.addBytes(bytes);
    this.#taskBytes += bytes;
    const isTooLarge = this.#taskBytes > BATCH_BYTES && this.#expectedBytes <= BATCH_BYTES;
    if (isTooLarge) this.#batch.closeQueues();
  };

  #takeNext(): TaskPlace | undefined {
    const { tasks, runner } = this.#batch;
    const url = this.#queue.nextUrl;
    if (url === undefined) return undefined;
    const mayStay = runner.mayStay(this.#slot, tasks[url]?.expectedBytes);
    return mayStay ? this.#queue.take() : undefined;
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
