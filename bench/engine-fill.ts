/** The fills of the benchmark's fetch worker: what the workflow does of them, in its process. */

import { once, EventEmitter } from 'node:events';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { createFetchBatchActivity } from '../activities/fetch-batch.ts';
import type { BatchInput, BatchResult } from '../domain/batch.ts';
import { windowBatches } from '../domain/fill-window.ts';
import { FillState } from '../workflows/prewarm/fill-state.ts';
import type { ClientResult, ClientTask } from './engine-messages.ts';
import { HOST, OBJECT_BYTES, POPS } from './engine-objects.ts';

const SLOTS = 2;
const WINDOW = windowBatches(1, SLOTS);
/** 40,000 fetch tasks: leaders of two areas, then followers, within the time of a measure. */
const URLS = 5_000;

type PlannedActivity = { readonly activityId: string; readonly input: BatchInput };
type FetchBatch = ReturnType<typeof createFetchBatchActivity>;

/** What fills have fetched, and the heartbeats of their batches. */
export type FillCounts = Pick<
  ClientResult,
  'requests' | 'bodyBytes' | 'errors' | 'wrongByteCounts' | 'wrongPops'
> & { readonly heartbeats: number };

/** One request's fill, as the workflow plans and merges it, over the slots of one worker. */
export class Fill {
  readonly #task: ClientTask;
  readonly #fetchBatch: FetchBatch;
  readonly #state: FillState;
  /** Batches of the window that wait for a slot. */
  readonly #waiting: PlannedActivity[] = [];
  #running = 0;
  readonly #events = new EventEmitter();
  #heartbeats = 0;

  constructor(task: ClientTask, fetchBatch: FetchBatch) {
    this.#task = task;
    this.#fetchBatch = fetchBatch;
    this.#state = createState(task);
  }

  /** Nothing is left to fetch. */
  get isDone(): boolean {
    return this.#state.grid.pendingTasks() === 0;
  }

  /** Runs batches until `endsAtMs` of `performance.now()`, or to the fill's end. */
  async run(endsAtMs: number): Promise<void> {
    await Promise.all(Array.from({ length: SLOTS }, () => this.#serveSlot(endsAtMs)));
  }

  /** Counts of what was fetched so far, by the grid. */
  counts(): FillCounts {
    const { fetches, bytesFetched, grid } = this.#state;
    const tried = grid.totalTasks - grid.pendingTasks();
    const wrongByteCounts = bytesFetched === fetches * OBJECT_BYTES[this.#task.object] ? 0 : 1;
    return {
      requests: fetches,
      bodyBytes: bytesFetched,
      errors: tried - grid.tasksWith('warm'),
      wrongByteCounts,
      wrongPops: grid.tasksWith('wrong_pop'),
      heartbeats: this.#heartbeats,
    };
  }

  async #serveSlot(endsAtMs: number): Promise<void> {
    while (performance.now() < endsAtMs) {
      this.#planAhead();
      const next = this.#waiting.shift();
      if (next !== undefined) {
        await this.#runActivity(next);
      } else if (this.#running > 0) {
        // A POP that has shown nothing yet is not trusted with more than a few tasks.
        await once(this.#events, 'result');
      } else {
        return;
      }
    }
  }

  #planAhead(): void {
    while (this.#running + this.#waiting.length < WINDOW) {
      const freeSlots = Math.max(0, SLOTS - this.#running - this.#waiting.length);
      const batch = this.#state.next({ window: WINDOW, freeSlots });
      if (batch === undefined) return;
      const activityId = this.#state.launch(batch);
      const input = this.#state.batchInput(batch, { requestId: 'bench', intervalMs: 1_000 });
      this.#waiting.push({ activityId, input });
    }
  }

  async #runActivity({ activityId, input }: PlannedActivity): Promise<void> {
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', () => (this.#heartbeats += 1));
    this.#running += 1;
    const result: BatchResult = await environment.run(this.#fetchBatch, input);
    this.#running -= 1;
    this.#state.mergeResult(activityId, result);
    this.#events.emit('result');
  }
}

function createState({ scheme, port, object }: ClientTask): FillState {
  const origin = `${scheme}://${HOST}:${port}/${object}`;
  return new FillState(
    {
      acceptedAtMs: Date.now(),
      timeoutMs: 3_600_000,
      urls: Array.from({ length: URLS }, (_, number) => `${origin}/${number}`),
      pops: POPS.map(({ pop }, index) => ({ id: pop, area: `area ${index % 2}` })),
      depth: 'edge',
      headers: [],
      instanceCount: 0,
      needInvalidate: false,
      warnings: [],
      refusedPops: [],
    },
    {
      distributions: [{ domainName: HOST, hasOriginShield: false }],
      hosts: { [`${HOST}:${port}`]: { distribution: 0 } },
      livePops: POPS.map((_, index) => index),
      failedPops: [],
      warnings: [],
    },
  );
}
