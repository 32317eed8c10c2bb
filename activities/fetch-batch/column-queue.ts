import type { BatchColumn } from '../../domain/batch.ts';
import type { TaskPlace } from './batch-record.ts';

/** Where a column's tasks are among those of its batch. */
export type ColumnPlace = {
  readonly column: number;
  /** Place of its first task in the order of the letters. */
  readonly firstTask: number;
};

/** Nobody reads the reason; a new error for each column would be paid for. */
const CLOSED = 'closed';

/** The tasks of one POP that nobody has taken yet. */
export class ColumnQueue {
  readonly pop: string;
  readonly #urls: readonly number[];
  readonly #place: ColumnPlace;
  readonly #closing = new AbortController();
  /** Asked at each task, and cheaper than the signal. */
  #isClosed = false;
  #next = 0;

  constructor({ pop, urls }: BatchColumn, place: ColumnPlace) {
    this.pop = pop;
    this.#urls = urls;
    this.#place = place;
    if (urls.length === 0) this.close();
  }

  /** Aborted as soon as there is nothing more to take: nobody needs to wait for a place then. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** URL index of the next task; undefined when there is nothing more to take. */
  get nextUrl(): number | undefined {
    return this.#isClosed ? undefined : this.#urls[this.#next];
  }

  take(): TaskPlace | undefined {
    const url = this.nextUrl;
    if (url === undefined) return undefined;
    const { column, firstTask } = this.#place;
    const place = { task: firstTask + this.#next, column, url };
    this.#next += 1;
    if (this.#next === this.#urls.length) this.close();
    return place;
  }

  /** Hands the rest back. */
  close(): void {
    this.#isClosed = true;
    this.#closing.abort(CLOSED);
  }
}
