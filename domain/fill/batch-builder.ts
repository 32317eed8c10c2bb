import type { SizeTable } from '../sizes.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import type { UrlNumbers } from './url-numbers.ts';

/** Bounds of the next batch. */
export type BatchLimits = {
  /** At least 1. */
  readonly maximumTasks: number;
  /** Expected body bytes. @default 256 MiB; a larger object gets a batch of its own. */
  readonly maximumBytes?: number;
  /** Bytes of URLs and indexes in the activity's input. @default 128 KiB */
  readonly maximumInputBytes?: number;
};

/** The tasks of one POP in a planned batch. */
export type PlannedColumn = {
  readonly column: number;
  readonly rows: readonly number[];
  /** The number of each of its rows among the rows of the batch. */
  readonly urls: readonly number[];
};

/** A batch as planned: its tasks in order, column by column, row by row. */
export type PlannedBatch = {
  readonly kind: 'leaders' | 'followers' | 'retries';
  /** A column comes at most once. */
  readonly columns: readonly PlannedColumn[];
  /** The rows of all columns, each once: a batch's URLs are numbered in this order. */
  readonly rows: readonly number[];
  readonly tasks: number;
  readonly expectedBytes: number;
  /** URLs and indexes in the activity's input, as JSON. */
  readonly inputBytes: number;
  /** One known object larger than a batch may be. */
  readonly isLarge: boolean;
};

const MEBIBYTE = 1_048_576;
const DEFAULT_MAXIMUM_BYTES = 256 * MEBIBYTE;
const DEFAULT_MAXIMUM_INPUT_BYTES = 131_072;

/** JSON around a POP id: `{"pop":"NRT57-P3","urls":[]},`. */
const COLUMN_INPUT_BYTES = 40;
/** JSON around a URL: `{"url":"","expectedBytes":50000000000},`. */
const URL_INPUT_BYTES = 44;
/** A URL's index in a column, with its comma: `1234,`. */
const TASK_INPUT_BYTES = 5;

type GrowingColumn = {
  readonly column: number;
  readonly rows: number[];
  readonly urls: number[];
};

/** What all batches of a plan are built with. */
export type BatchBuilderInput = {
  readonly cells: CellsInFlight;
  readonly sizes: Pick<SizeTable, 'expectedBytesOf'>;
  /** Bytes of each URL as JSON, by row. */
  readonly urlBytes: Int32Array;
  readonly numbers: UrlNumbers;
};

/** Collects tasks until a limit is met. The first task always fits, so that every task gets its turn. */
export class BatchBuilder {
  readonly #input: BatchBuilderInput;
  readonly #maximumTasks: number;
  readonly #maximumBytes: number;
  readonly #maximumInputBytes: number;
  /** By their numbers, in the order of their first tasks. */
  readonly #columns = new Map<number, GrowingColumn>();
  #column: GrowingColumn = { column: -1, rows: [], urls: [] };
  #tasks = 0;
  #expectedBytes = 0;
  #inputBytes = 0;
  #isCut = false;

  constructor(input: BatchBuilderInput, limits: BatchLimits) {
    this.#input = input;
    this.#maximumTasks = limits.maximumTasks;
    this.#maximumBytes = limits.maximumBytes ?? DEFAULT_MAXIMUM_BYTES;
    this.#maximumInputBytes = limits.maximumInputBytes ?? DEFAULT_MAXIMUM_INPUT_BYTES;
  }

  /** Whether a limit was met: going on with another column would find little room. */
  isFull(): boolean {
    return this.#isCut || this.#tasks >= this.#maximumTasks;
  }

  /** Takes the next tasks from a column: one that it has none of yet, or one to come back to. */
  goOnTo(column: number): void {
    this.#column = this.#columns.get(column) ?? { column, rows: [], urls: [] };
  }

  /** Puts a row's cell in the column in flight as a task of the batch, if it fits. */
  add(row: number): boolean {
    const { cells, sizes, numbers } = this.#input;
    const { column, rows, urls } = this.#column;
    const expectedBytes = this.#expectedBytes + sizes.expectedBytesOf(row);
    const inputBytes = this.#inputBytes + this.#inputBytesOf(row);
    const isFitting =
      this.#tasks < this.#maximumTasks &&
      expectedBytes <= this.#maximumBytes &&
      inputBytes <= this.#maximumInputBytes;
    if (!isFitting && this.#tasks > 0) {
      this.#isCut = true;
      return false;
    }
    if (rows.length === 0) this.#columns.set(column, this.#column);
    rows.push(row);
    urls.push(numbers.numberOf(row));
    cells.add(row, column);
    this.#expectedBytes = expectedBytes;
    this.#inputBytes = inputBytes;
    this.#tasks += 1;
    return true;
  }

  /** The batch. Call once: the next batch begins to number its URLs. */
  build(kind: PlannedBatch['kind']): PlannedBatch {
    return {
      kind,
      columns: [...this.#columns.values()],
      rows: this.#input.numbers.takeRows(),
      tasks: this.#tasks,
      expectedBytes: this.#expectedBytes,
      inputBytes: this.#inputBytes,
      isLarge: this.#expectedBytes > this.#maximumBytes,
    };
  }

  #inputBytesOf(row: number): number {
    const { numbers, urlBytes } = this.#input;
    return (
      TASK_INPUT_BYTES +
      (this.#column.rows.length > 0 ? 0 : COLUMN_INPUT_BYTES) +
      (numbers.has(row) ? 0 : URL_INPUT_BYTES + (urlBytes[row] ?? 0))
    );
  }
}
