import type { BatchHeartbeat, BatchInput, BatchResult, FetchSample } from '../../domain/batch.ts';
import { PENDING, codeOfOutcome } from '../../domain/cell.ts';
import { countsAsWarmed, OUTCOMES, type Outcome } from '../../domain/outcome.ts';
import { encodeRuns } from '../../domain/run-length.ts';
import type { FetchTaskResult } from '../../edge/fetch-task.ts';

/**
 * Bytes of a heartbeat's JSON at most: details of every batch in flight live in the workflow's
 * mutable state, which Temporal ends at 8 MiB.
 */
export const MAXIMUM_HEARTBEAT_BYTES = 4_096;

const NOT_MEASURED = -1;
const SAMPLES_PER_FAILURE = 20;
const SAMPLES_PER_SUCCESS = 3;

/** Which task of a batch. */
export type TaskPlace = {
  /** Its place in the order of the letters. */
  readonly task: number;
  readonly column: number;
  readonly url: number;
};

/** What tasks that ended with one outcome mean to their batch. */
type OutcomeRecord = {
  readonly outcome: Outcome;
  readonly letter: number;
  readonly isWarmed: boolean;
  readonly mostSamples: number;
  readonly samples: FetchSample[];
};

/** What has come of a batch so far: what heartbeats and the result are made of. */
export class BatchRecord {
  readonly #input: BatchInput;
  readonly #letters: Uint8Array;
  /** Body bytes by URL; -1 while not measured. */
  readonly #sizes: Float64Array;
  readonly #outcomes = new Map<Outcome, OutcomeRecord>();
  /** Of the last task: most tasks of a batch end as the one before. */
  #last: OutcomeRecord | undefined;
  readonly #revalidates = new Set<number>();
  readonly #slowedPops = new Set<string>();
  #warmedBytes = 0;
  #bytesFetched = 0;
  #fetches = 0;

  constructor(input: BatchInput) {
    const tasks = input.columns.reduce((sum, { urls }) => sum + urls.length, 0);
    this.#input = input;
    this.#letters = new Uint8Array(tasks).fill(PENDING);
    this.#sizes = new Float64Array(input.urls.length).fill(NOT_MEASURED);
  }

  get tasks(): number {
    return this.#letters.length;
  }

  /** Counts body bytes as they arrive, also of GETs that break later. */
  addBytes(bytes: number): void {
    this.#bytesFetched += bytes;
  }

  /** Writes down how a task ended. */
  note(place: TaskPlace, result: FetchTaskResult): void {
    const { outcome, bodyBytes } = result;
    this.#fetches += result.fetches;
    if (bodyBytes !== undefined) this.#sizes[place.url] = bodyBytes;
    if (result.isRevalidating) this.#revalidates.add(place.url);
    if (result.isSlowedDown) this.#slowedPops.add(this.#input.columns[place.column]?.pop ?? '');
    if (outcome === undefined) return;
    const { letter, isWarmed, mostSamples, samples } = this.#recordOf(outcome);
    this.#letters[place.task] = letter;
    if (isWarmed) this.#warmedBytes += bodyBytes ?? 0;
    if (samples.length < mostSamples) samples.push(sampleOf(place, outcome, result));
  }

  /** The heartbeat: letters always fit for 1,000 tasks, sizes as far as there is room. */
  heartbeat(): BatchHeartbeat {
    const core = this.#core();
    let roomBytes = MAXIMUM_HEARTBEAT_BYTES - JSON.stringify(core).length - ',"sizes":[]'.length;
    const sizes: [number, number][] = [];
    for (const [url, bytes] of this.#sizes.entries()) {
      if (bytes === NOT_MEASURED) continue;
      roomBytes -= `[${url},${bytes}],`.length;
      if (roomBytes < 0) break;
      sizes.push([url, bytes]);
    }
    return sizes.length === 0 ? core : { ...core, sizes };
  }

  /** The batch's result. Partial as long as a task has no outcome. */
  result(elapsedMs: number): BatchResult {
    return {
      ...this.#core(),
      sizes: this.#newSizes(),
      samples: [...this.#outcomes.values()].flatMap(({ samples }) => samples),
      revalidates: [...this.#revalidates],
      isPartial: this.#letters.includes(PENDING),
      slowedPops: [...this.#slowedPops],
      elapsedMs: Math.round(elapsedMs),
    };
  }

  /** Sizes measured that differ from what was expected: whoever planned the batch knows the others. */
  #newSizes(): readonly (readonly [url: number, bodyBytes: number])[] {
    const { urls } = this.#input;
    const sizes: [number, number][] = [];
    for (const [url, bytes] of this.#sizes.entries()) {
      const isNews = bytes !== NOT_MEASURED && bytes !== urls[url]?.expectedBytes;
      if (isNews) sizes.push([url, bytes]);
    }
    return sizes;
  }

  #core(): BatchHeartbeat {
    return {
      letters: encodeRuns(this.#letters),
      warmedBytes: this.#warmedBytes,
      bytesFetched: this.#bytesFetched,
      fetches: this.#fetches,
    };
  }

  #recordOf(outcome: Outcome): OutcomeRecord {
    if (this.#last?.outcome === outcome) return this.#last;
    this.#last = this.#outcomes.get(outcome) ?? this.#addOutcome(outcome);
    return this.#last;
  }

  #addOutcome(outcome: Outcome): OutcomeRecord {
    const isSuccess = OUTCOMES[outcome].warmed !== 'never';
    const record = {
      outcome,
      letter: codeOfOutcome(outcome),
      isWarmed: countsAsWarmed(outcome, this.#input.depth),
      mostSamples: isSuccess ? SAMPLES_PER_SUCCESS : SAMPLES_PER_FAILURE,
      samples: [],
    };
    this.#outcomes.set(outcome, record);
    return record;
  }
}

function sampleOf(place: TaskPlace, outcome: Outcome, result: FetchTaskResult): FetchSample {
  const { status, bodyBytes, servedBy, xCache, message } = result;
  return {
    url: place.url,
    pop: place.column,
    outcome,
    atMs: Date.now(),
    ...(status === undefined ? {} : { status }),
    ...(bodyBytes === undefined ? {} : { bodyBytes }),
    ...(servedBy === undefined ? {} : { servedBy }),
    ...(xCache === undefined ? {} : { xCache }),
    ...(message === undefined ? {} : { message }),
  };
}
