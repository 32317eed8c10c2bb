import type { BatchHeartbeat, BatchInput, BatchResult } from '../../domain/batch.ts';
import { createBatchSizer } from '../../domain/batch-size.ts';
import type { BatchSizer, WorkAtHand } from '../../domain/batch-size.ts';
import { PENDING } from '../../domain/cell.ts';
import { FillPlan } from '../../domain/fill-plan.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import type {
  BatchInFlight,
  PopTarget,
  PrewarmInput,
  ResolvedTargets,
} from '../../domain/prewarm.ts';
import { decodeRuns, encodeRuns } from '../../domain/run-length.ts';
import { createSampleStore } from '../../domain/samples.ts';
import type { CarriedSamples, SampleStore } from '../../domain/samples.ts';
import { createSizeTable } from '../../domain/sizes.ts';
import type { SizeTable } from '../../domain/sizes.ts';
import { createTaskGrid, decodeTaskGrid } from '../../domain/task-grid.ts';
import type { TaskGrid } from '../../domain/task-grid.ts';
import { UrlHosts } from '../../domain/url-hosts.ts';

/** What the fill hands to the next run: everything that can't be asked again. */
export type CarriedFill = {
  readonly grid: string;
  readonly sizes: string;
  readonly samples: CarriedSamples;
  readonly revalidating: readonly number[];
  readonly bytesFetched: number;
  readonly fetches: number;
  readonly batches: number;
  readonly tasksPerSecond: number;
  /** Absent while no POP asked to be asked less. */
  readonly slowedPops?: readonly string[];
};

/** Letter of a URL whose size is measured; any but that of pending ones. */
const MEASURED = 'm'.charCodeAt(0);

/** Ids, domain names and settings in a batch's input, generously. */
const ENVELOPE_BYTES = 1_024;

/** Grid and sizes as text beyond which samples have no room: payloads are cut at 1.8 MiB stored. */
const TEXT_WITHOUT_SAMPLES = 700_000;

/**
 * The fill of one request: its grid, its plan, and the batches in flight.
 *
 * Whatever a batch brings, its result or a dead worker's heartbeat, is merged here once; the batch
 * is then no longer in flight.
 */
export class FillState {
  readonly grid: TaskGrid;
  readonly plan: FillPlan;
  readonly sizes: SizeTable;
  readonly samples: SampleStore;
  /** POP ids by column. */
  readonly popIds: readonly string[];
  /** URLs that are kept but asked at the origin on each use. */
  readonly revalidating: Set<number>;
  /** POPs of the request that answered LimitExceeded or CapacityExceeded. */
  readonly slowedPops: Set<string>;
  /** What each batch's input holds beside its URLs, as JSON. */
  readonly sharedInputBytes: number;
  bytesFetched: number;
  fetches: number;
  readonly #input: PrewarmInput;
  readonly #hosts: UrlHosts;
  readonly #domainNames: ReadonlyMap<string, string>;
  readonly #inFlight = new Map<string, PlannedBatch>();
  readonly #sizer: BatchSizer;
  #batches: number;

  constructor(input: PrewarmInput, targets: ResolvedTargets, carried?: CarriedFill) {
    const pops = targets.livePops.flatMap((index): PopTarget | [] => input.pops[index] ?? []);
    const shape = { rows: input.urls.length, columns: pops.length, depth: input.depth };
    this.#input = input;
    this.#hosts = new UrlHosts(input.urls);
    this.popIds = pops.map(({ id }) => id);
    this.grid = carried === undefined ? createTaskGrid(shape) : decodeTaskGrid(shape, carried.grid);
    this.sizes = createSizeTable(shape.rows, carried?.sizes);
    this.samples = createSampleStore(carried?.samples);
    this.revalidating = new Set(carried?.revalidating);
    this.slowedPops = new Set(carried?.slowedPops);
    this.bytesFetched = carried?.bytesFetched ?? 0;
    this.fetches = carried?.fetches ?? 0;
    this.#batches = carried?.batches ?? 0;
    this.#sizer = createBatchSizer({
      pops: pops.length,
      tasksPerSecond: carried?.tasksPerSecond ?? 0,
    });
    this.#domainNames = domainNamesOf(targets);
    const shielded = shieldedHosts(targets);
    this.sharedInputBytes = JSON.stringify(input.headers).length + ENVELOPE_BYTES;
    this.#closeUnservedRows();
    this.plan = new FillPlan({
      grid: this.grid,
      sizes: this.sizes,
      areaOfColumn: (column) => pops[column]?.area ?? '',
      isShieldedRow: (row) => shielded.has(this.#hosts.of(row)),
      urlBytes: (row) => input.urls[row]?.length ?? 0,
    });
  }

  /** The next batch, or undefined when nothing can be handed out now. */
  next(to: Omit<WorkAtHand, 'readyTasks'>): PlannedBatch | undefined {
    const readyTasks = this.plan.readyTasks();
    return this.plan.next({ maximumTasks: this.#sizer.tasksOfNext({ readyTasks, ...to }) });
  }

  /** Puts a planned batch in flight and names its activity. */
  launch(batch: PlannedBatch): string {
    this.#batches += 1;
    const activityId = `batch-${this.#batches}`;
    this.#inFlight.set(activityId, batch);
    return activityId;
  }

  /** What the Web UI shows of a batch: its kind, its size, its POPs. */
  summaryOf({ kind, tasks, rows, columns }: PlannedBatch): string {
    const first = this.popIds[columns[0]?.column ?? 0] ?? '';
    const others = columns.length > 1 ? ` and ${columns.length - 1} more` : '';
    return `${kind}: ${tasks} tasks, ${rows.length} URLs, ${first}${others}`;
  }

  batchInput(batch: PlannedBatch, to: { requestId: string; intervalMs: number }): BatchInput {
    const urls = batch.rows.map((row) => {
      const expectedBytes = this.sizes.bytesOf(row);
      const url = this.#input.urls[row] ?? '';
      return expectedBytes === undefined ? { url } : { url, expectedBytes };
    });
    const hosts = [...this.#hosts.among(batch.rows)];
    return {
      requestId: to.requestId,
      heartbeatIntervalMs: to.intervalMs,
      depth: this.#input.depth,
      headers: this.#input.headers,
      urls,
      columns: batch.columns.map(({ column, urls: numbers }) => ({
        pop: this.popIds[column] ?? '',
        urls: numbers,
      })),
      domainNames: Object.fromEntries(
        hosts.map((host) => [host, this.#domainNames.get(host) ?? host]),
      ),
    };
  }

  /** Merges a batch that returned, whole or in part. */
  mergeResult(activityId: string, result: BatchResult): void {
    const batch = this.#take(activityId);
    for (const number of result.revalidates) {
      const row = batch.rows[number];
      if (row !== undefined) this.revalidating.add(row);
    }
    for (const { column } of batch.columns) {
      const pop = this.popIds[column];
      if (pop !== undefined && result.slowedPops.includes(pop)) this.slowedPops.add(pop);
    }
    for (const sample of result.samples) {
      const row = batch.rows[sample.url];
      const column = batch.columns[sample.pop]?.column;
      if (row === undefined || column === undefined) continue;
      this.samples.add({ ...sample, url: row, pop: column });
    }
    const finished = this.#merge(batch, result, false);
    this.#sizer.note({ tasks: finished, elapsedMs: result.elapsedMs });
  }

  /** Merges what a dead worker said last; the rest of its batch counts as lost. */
  mergeLoss(activityId: string, heartbeat: BatchHeartbeat | undefined): void {
    const silence = { letters: '', warmedBytes: 0, bytesFetched: 0, fetches: 0 };
    this.#merge(this.#take(activityId), heartbeat ?? silence, true);
  }

  /** Plans a batch again that no worker had begun. */
  giveBack(activityId: string): void {
    this.plan.giveBack(this.#take(activityId));
  }

  batchesInFlight(): readonly BatchInFlight[] {
    return [...this.#inFlight].map(([activityId, { tasks, rows }]) => ({
      activityId,
      tasks,
      measured: encodeRuns(
        Uint8Array.from(rows, (row) =>
          this.sizes.bytesOf(row) === undefined ? PENDING : MEASURED,
        ),
      ),
    }));
  }

  carry(): CarriedFill {
    const grid = this.grid.encode();
    const sizes = this.sizes.encode();
    const hasRoom = grid.length + sizes.length < TEXT_WITHOUT_SAMPLES;
    return {
      grid,
      sizes,
      samples: hasRoom ? this.samples.carry() : createSampleStore().carry(),
      revalidating: [...this.revalidating],
      bytesFetched: this.bytesFetched,
      fetches: this.fetches,
      batches: this.#batches,
      tasksPerSecond: this.#sizer.tasksPerSecond(),
      ...(this.slowedPops.size === 0 ? {} : { slowedPops: [...this.slowedPops] }),
    };
  }

  #merge(batch: PlannedBatch, heartbeat: BatchHeartbeat, isLost: boolean): number {
    for (const [number, bodyBytes] of heartbeat.sizes ?? []) {
      const row = batch.rows[number];
      if (row !== undefined) this.sizes.record(row, bodyBytes);
    }
    this.bytesFetched += heartbeat.bytesFetched;
    this.fetches += heartbeat.fetches;
    const letters = decodeRuns(heartbeat.letters, batch.tasks);
    this.plan.settle(batch, { letters, isLost });
    let finished = 0;
    for (const letter of letters) if (letter !== PENDING) finished += 1;
    return finished;
  }

  #take(activityId: string): PlannedBatch {
    const batch = this.#inFlight.get(activityId);
    if (batch === undefined) throw new Error(`Batch ${activityId} is not in flight`);
    this.#inFlight.delete(activityId);
    return batch;
  }

  #closeUnservedRows(): void {
    for (let row = 0; row < this.grid.rows; row += 1) {
      if (this.#domainNames.has(this.#hosts.of(row))) continue;
      this.grid.closeRow(row, 'host_not_served');
    }
  }
}

function domainNamesOf({ hosts, distributions }: ResolvedTargets): Map<string, string> {
  const names = new Map<string, string>();
  for (const [host, found] of Object.entries(hosts)) {
    if ('refusal' in found) continue;
    const distribution = distributions[found.distribution];
    if (distribution !== undefined) names.set(host, distribution.domainName);
  }
  return names;
}

function shieldedHosts({ hosts, distributions }: ResolvedTargets): Set<string> {
  return new Set(
    Object.entries(hosts).flatMap(([host, found]) =>
      'distribution' in found && distributions[found.distribution]?.hasOriginShield === true
        ? [host]
        : [],
    ),
  );
}
