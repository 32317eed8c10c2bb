/** The whole fetch worker but for its connection to Temporal: a client process of the benchmark. */

import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFetchBatchActivity } from '../activities/fetch-batch.ts';
import { startFetchThread } from '../workers/start-fetch-thread.ts';
import { Fill, type FillCounts } from './engine-fill.ts';
import { serveMeasures } from './engine-measures.ts';
import { type ClientResult, type ClientTask, clientTaskSchema } from './engine-messages.ts';
import { POPS } from './engine-objects.ts';

/** The polite 500 a second of the product would be all that is measured. */
const UNLIMITED_REQUESTS_PER_SECOND = 100_000;

type FetchBatch = ReturnType<typeof createFetchBatchActivity>;

function writeDirectory({ port }: ClientTask): string {
  const file = join(tmpdir(), `prewarm-bench-directory-${process.pid}.json`);
  const pops = POPS.map(({ pop, address }) => [pop, { https: [`${address}:${port}`] }]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(pops)));
  return file;
}

const NOTHING = {
  requests: 0,
  bodyBytes: 0,
  errors: 0,
  wrongByteCounts: 0,
  wrongPops: 0,
  heartbeats: 0,
};

/** One fill after the other, as one request follows another: beginnings and ends are part of the measure. */
class Fills {
  readonly #task: ClientTask;
  readonly #fetchBatch: FetchBatch;
  #fill: Fill;
  /** Of the fills before. */
  #past: FillCounts = NOTHING;

  constructor(task: ClientTask, fetchBatch: FetchBatch) {
    this.#task = task;
    this.#fetchBatch = fetchBatch;
    this.#fill = new Fill(task, fetchBatch);
  }

  async run(seconds: number): Promise<void> {
    const endsAtMs = performance.now() + seconds * 1_000;
    while (performance.now() < endsAtMs) {
      await this.#fill.run(endsAtMs);
      if (this.#fill.isDone) {
        this.#past = this.#total();
        this.#fill = new Fill(this.#task, this.#fetchBatch);
      } else if (performance.now() < endsAtMs) {
        throw new Error('a fill has tasks left and plans none of them');
      }
    }
  }

  async measure(): Promise<ClientResult> {
    const earlier = this.#total();
    const startedAtMs = performance.now();
    const before = process.cpuUsage();
    await this.run(this.#task.seconds);
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const counts = this.#total();
    if (counts.heartbeats === earlier.heartbeats) throw new Error('no batch sent a heartbeat');
    return {
      // Faults are those of the process so far: the warm-up's are never passed over.
      ...counts,
      requests: counts.requests - earlier.requests,
      bodyBytes: counts.bodyBytes - earlier.bodyBytes,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      quarterRssBytes: 0,
      endRssBytes: process.memoryUsage.rss(),
    };
  }

  #total(): FillCounts {
    const past = this.#past;
    const now = this.#fill.counts();
    return {
      requests: past.requests + now.requests,
      bodyBytes: past.bodyBytes + now.bodyBytes,
      errors: past.errors + now.errors,
      wrongByteCounts: past.wrongByteCounts + now.wrongByteCounts,
      wrongPops: past.wrongPops + now.wrongPops,
      heartbeats: past.heartbeats + now.heartbeats,
    };
  }
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
await fills.run(task.warmUpSeconds);
await serveMeasures(() => fills.measure());
await thread.close();
rmSync(directoryFile);
