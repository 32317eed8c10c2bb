/** The whole fetch worker but for its connection to Temporal: a client process of the benchmark. */

import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createFetchBatchActivity } from '../activities/fetch-batch.ts';
import type { BatchInput, BatchResult } from '../domain/batch.ts';
import { windowBatches } from '../domain/fill-window.ts';
import { startFetchThread } from '../workers/start-fetch-thread.ts';
import { FillState } from '../workflows/prewarm/fill-state.ts';
import { serveMeasures } from './engine-measures.ts';
import { type ClientResult, type ClientTask, clientTaskSchema } from './engine-messages.ts';
import { HOST, OBJECT_BYTES, POPS } from './engine-objects.ts';

const SLOTS = 2;
/** More than are fetched in a warm-up and a measure, so that none ends early. */
const URLS = 100_000;
/** A POP that has shown nothing yet is trusted with a few tasks: a fill's first second is no measure. */
const FILL_WARM_UP_SECONDS = 1;
/** The polite 500 a second of the product would be all that is measured. */
const UNLIMITED_REQUESTS_PER_SECOND = 100_000;

type PlannedActivity = { readonly activityId: string; readonly input: BatchInput };
type FinishedActivity = { readonly activityId: string; readonly result: BatchResult };
type FetchBatch = ReturnType<typeof createFetchBatchActivity>;

type Counts = Pick<
  ClientResult,
  'requests' | 'bodyBytes' | 'errors' | 'wrongByteCounts' | 'wrongPops'
>;

/** One request's fill, as the workflow plans and merges it, over the slots of one worker. */
class Fill {
  readonly #task: ClientTask;
  readonly #fetchBatch: FetchBatch;
  readonly #state: FillState;
  heartbeats = 0;

  constructor(task: ClientTask, fetchBatch: FetchBatch) {
    this.#task = task;
    this.#fetchBatch = fetchBatch;
    this.#state = createState(task);
  }

  async run(seconds: number): Promise<void> {
    const endsAtMs = performance.now() + seconds * 1_000;
    await Promise.all(Array.from({ length: SLOTS }, () => this.#serveSlot(endsAtMs)));
  }

  get shareLeft(): number {
    const { grid } = this.#state;
    return grid.pendingTasks() / grid.totalTasks;
  }

  /** Counts of what was fetched so far, by the grid. */
  counts(): Counts {
    const { fetches, bytesFetched, grid } = this.#state;
    const tried = grid.totalTasks - grid.pendingTasks();
    const wrongByteCounts = bytesFetched === fetches * OBJECT_BYTES[this.#task.object] ? 0 : 1;
    return {
      requests: fetches,
      bodyBytes: bytesFetched,
      errors: tried - grid.tasksWith('warm'),
      wrongByteCounts,
      wrongPops: grid.tasksWith('wrong_pop'),
    };
  }

  /** A request's window holds more batches than there are slots: the next one waits at the queue. */
  async #serveSlot(endsAtMs: number): Promise<void> {
    let running = this.#start(this.#plan());
    while (running !== undefined) {
      const next = performance.now() < endsAtMs ? this.#plan() : undefined;
      const { activityId, result } = await running;
      running = this.#start(next);
      this.#state.mergeResult(activityId, result);
      // A POP that has shown nothing yet is not trusted with more than a few tasks.
      if (performance.now() < endsAtMs) running ??= this.#start(this.#plan());
    }
    if (performance.now() < endsAtMs) throw new Error('the fill ended before the measure');
  }

  #plan(): PlannedActivity | undefined {
    const batch = this.#state.next({ window: windowBatches(1, SLOTS), freeSlots: 1 });
    if (batch === undefined) return undefined;
    const activityId = this.#state.launch(batch);
    const input = this.#state.batchInput(batch, { requestId: 'bench', intervalMs: 1_000 });
    return { activityId, input };
  }

  #start(planned: PlannedActivity | undefined): Promise<FinishedActivity> | undefined {
    return planned === undefined ? undefined : this.#runActivity(planned);
  }

  async #runActivity({ activityId, input }: PlannedActivity): Promise<FinishedActivity> {
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', () => (this.heartbeats += 1));
    return { activityId, result: await environment.run(this.#fetchBatch, input) };
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

function writeDirectory({ port }: ClientTask): string {
  const file = join(tmpdir(), `prewarm-bench-directory-${process.pid}.json`);
  const pops = POPS.map(({ pop, address }) => [pop, { https: [`${address}:${port}`] }]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(pops)));
  return file;
}

/** The fills of one worker, one after the other, as one request follows another. */
class Fills {
  readonly #task: ClientTask;
  readonly #fetchBatch: FetchBatch;
  #fill: Fill;

  constructor(task: ClientTask, fetchBatch: FetchBatch) {
    this.#task = task;
    this.#fetchBatch = fetchBatch;
    this.#fill = new Fill(task, fetchBatch);
  }

  warmUp(): Promise<void> {
    return this.#fill.run(this.#task.warmUpSeconds);
  }

  async measure(): Promise<ClientResult> {
    // No measure may meet the end of a fill.
    if (this.#fill.shareLeft < 0.5) {
      this.#fill = new Fill(this.#task, this.#fetchBatch);
      await this.#fill.run(FILL_WARM_UP_SECONDS);
    }
    return measure(this.#fill, this.#task.seconds);
  }
}

async function measure(fill: Fill, seconds: number): Promise<ClientResult> {
  const { requests, bodyBytes } = fill.counts();
  fill.heartbeats = 0;
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await fill.run(seconds);
  const { user, system } = process.cpuUsage(before);
  const tookSeconds = (performance.now() - startedAtMs) / 1_000;
  if (fill.heartbeats === 0) throw new Error('no batch sent a heartbeat');
  const counts = fill.counts();
  return {
    ...counts,
    requests: counts.requests - requests,
    bodyBytes: counts.bodyBytes - bodyBytes,
    seconds: tookSeconds,
    cpuSeconds: (user + system) / 1e6,
    quarterRssBytes: 0,
    endRssBytes: process.memoryUsage.rss(),
  };
}

const task = clientTaskSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const directoryFile = writeDirectory(task);
const thread = await startFetchThread(new URL('../workers/fetch-thread.js', import.meta.url), {
  fetchEngine: task.engine,
  edgeCaFile: task.caFile,
  edgeDirectory: directoryFile,
  edgeDnsServers: undefined,
  edgeDnsSuffix: 'cloudfront.net',
  fetchConnectionsPerPop: Math.ceil(task.connections / POPS.length),
  fetchMaxConnections: 256,
  fetchMaxBytesPerSecond: undefined,
  fetchMaxRpsPerPop: UNLIMITED_REQUESTS_PER_SECOND,
  logLevel: 'info',
  drainMs: 0,
});
const fills = new Fills(task, createFetchBatchActivity(thread));
await fills.warmUp();
await serveMeasures(() => fills.measure());
await thread.close();
rmSync(directoryFile);
