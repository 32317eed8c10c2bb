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

type GrowingColumn = PlannedColumn & { readonly rows: number[]; readonly urls: number[] };

/** What a batch is built from. */
export type BatchBuilderInput = BatchLimits & {
  readonly kind: PlannedBatch['kind'];
  readonly expectedBytesOf: (row: number) => number;
  /** Bytes of a URL as JSON. */
  readonly urlBytes: (row: number) => number;
};

/** Collects tasks until a limit is met. The first task always fits, so that every task gets its turn. */
export function createBatchBuilder(input: BatchBuilderInput) {
  const { maximumBytes = DEFAULT_MAXIMUM_BYTES } = input;
  const { maximumInputBytes = DEFAULT_MAXIMUM_INPUT_BYTES } = input;
  const columns: GrowingColumn[] = [];
  /** The rows of all columns, with their numbers. */
  const numbers = new Map<number, number>();
  let last: GrowingColumn | undefined;
  let tasks = 0;
  let expectedBytes = 0;
  let inputBytes = 0;

  const inputBytesOf = (column: number, row: number) =>
    TASK_INPUT_BYTES +
    (last?.column === column ? 0 : COLUMN_INPUT_BYTES) +
    (numbers.has(row) ? 0 : URL_INPUT_BYTES + input.urlBytes(row));

  let isCut = false;

  return {
    /** Whether a limit was met: going on with another column would find little room. */
    isFull: () => isCut || tasks >= input.maximumTasks,
    fits(column: number, row: number): boolean {
      const isFitting =
        tasks === 0 ||
        (tasks < input.maximumTasks &&
          expectedBytes + input.expectedBytesOf(row) <= maximumBytes &&
          inputBytes + inputBytesOf(column, row) <= maximumInputBytes);
      isCut ||= !isFitting;
      return isFitting;
    },
    add(column: number, row: number): void {
      inputBytes += inputBytesOf(column, row);
      expectedBytes += input.expectedBytesOf(row);
      tasks += 1;
      if (!numbers.has(row)) numbers.set(row, numbers.size);
      if (last?.column !== column) last = addColumn(columns, column);
      last.rows.push(row);
      last.urls.push(numbers.get(row) ?? 0);
    },
    build: (): PlannedBatch => ({
      kind: input.kind,
      columns,
      rows: [...numbers.keys()],
      tasks,
      expectedBytes,
      inputBytes,
      isLarge: expectedBytes > maximumBytes,
    }),
  };
}

function addColumn(columns: GrowingColumn[], column: number): GrowingColumn {
  const added = { column, rows: [], urls: [] };
  columns.push(added);
  return added;
}
