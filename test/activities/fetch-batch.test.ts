import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFetchBatchActivity } from '../../activities/fetch-batch.ts';
import { runBatch, type BatchRun } from '../../activities/fetch-batch/run-batch.ts';
import type { BatchHeartbeat, BatchInput, BatchResult } from '../../domain/batch.ts';
import { edgeUrl } from '../../edge/edge-url.ts';
import type { FetchTaskRunner } from '../../edge/fetch-task.ts';
import { decodeRuns, textOf } from '../../domain/run-length.ts';
import {
  PATIENT_DEADLINES,
  startWorkerOnSimulation,
  type WorkerOnSimulation,
} from '../edge/support/worker-on-simulation.ts';

let worker: WorkerOnSimulation;

beforeEach(async () => {
  worker = await startWorkerOnSimulation({ deadlines: PATIENT_DEADLINES });
});

afterEach(() => worker.close());

const DOMAIN_NAMES = { 'www.example.com': 'd111111abcdef8.cloudfront.net' };

function batch(paths: readonly string[], overrides: Partial<BatchInput> = {}): BatchInput {
  const urls = paths.map((_, index) => index);
  return {
    requestId: '0b6cbb36-4c0c-4b2f-8e3a-0d6f9f1f6a11',
    depth: 'edge',
    headers: [],
    urls: paths.map((path) => ({ url: `https://www.example.com${path}` })),
    columns: ['NRT57-P3', 'FRA56-P4'].map((pop) => ({ pop, urls })),
    domainNames: DOMAIN_NAMES,
    heartbeatIntervalMs: 20,
    ...overrides,
  };
}

/** Runs a batch; the overrides say who ends it early, and with which tasks it runs. */
async function run(input: BatchInput, overrides: Partial<BatchRun> = {}) {
  const heartbeats: BatchHeartbeat[] = [];
  const { signal } = new AbortController();
  const result = await runBatch({
    input,
    tasks: worker.tasks,
    cancel: signal,
    drain: signal,
    drainMs: 5_000,
    onHeartbeat: (heartbeat) => heartbeats.push(heartbeat),
    ...overrides,
  });
  return { result, heartbeats };
}

function lettersOf({ letters }: Pick<BatchResult, 'letters'>): string {
  return textOf(decodeRuns(letters, 1_000));
}

test('warms every URL at every POP and counts it', async () => {
  const { result } = await run(batch(['/sizes/3000', '/empty.txt', '/sizes/100000']));

  expect(result).toMatchObject({
    letters: '6w',
    isPartial: false,
    warmedBytes: 2 * 103_000,
    bytesFetched: 2 * (2 * 103_000 + 2),
    fetches: 18,
    slowedPops: [],
    revalidates: [],
  });
  expect(new Map(result.sizes)).toEqual(
    new Map([
      [0, 3_000],
      [1, 0],
      [2, 100_000],
    ]),
  );
  expect(worker.cloudFront.inspect.caches({ kind: 'pop', state: 'complete' }).total).toBe(6);
});

test('gives each task its own outcome and keeps samples of failures', async () => {
  worker.cloudFront.faults.add({ fault: { kind: 'wrong_pop' }, pop: 'FRA56-P4', url: '/sizes/*' });

  const { result } = await run(batch(['/sizes/3000', '/missing/a', '/disabled/a']));

  expect(lettersOf(result)).toBe('wmnpmn');
  const sample = result.samples.find(({ outcome }) => outcome === 'wrong_pop');
  expect(sample).toMatchObject({ url: 0, pop: 1, status: 200 });
  expect(sample?.message).toMatch(/answered by/);
});

test('refuses a URL whose distribution the batch does not name', async () => {
  const { result } = await run(batch(['/sizes/3000'], { domainNames: {} }));

  expect(lettersOf(result)).toBe('hh');
  expect(worker.cloudFront.inspect.requests().total).toBe(0);
});

test('heartbeats while one body is all there is, and not after the end', async () => {
  worker.cloudFront.faults.add({ fault: { kind: 'slow', bytesPerSecond: 1_000_000 }, times: 1 });

  const { result, heartbeats } = await run(
    batch(['/sizes/300000'], { columns: [{ pop: 'NRT57-P3', urls: [0] }] }),
  );
  const atEnd = heartbeats.length;
  const next = await run(batch(['/sizes/3000'], { depth: 'regional' }));

  expect([result.letters, next.result.letters]).toEqual(['w', '2r']);
  expect(heartbeats.length).toBe(atEnd);
  expect(atEnd).toBeGreaterThan(5);
  expect(heartbeats.at(-1)?.bytesFetched).toBeGreaterThan(0);
});

test('hands everything in flight back when it is cancelled, and keeps what is done', async () => {
  worker.cloudFront.faults.add({ fault: { kind: 'stall' }, url: '/sizes/70000' });
  const cancel = new AbortController();
  const input = batch(['/sizes/3000', '/sizes/70000']);

  const { result } = await run(input, {
    onHeartbeat: (heartbeat) => {
      if (lettersOf(heartbeat) === 'w.w.') cancel.abort();
    },
    cancel: cancel.signal,
  });

  expect(result).toMatchObject({ letters: 'w.w.', isPartial: true, warmedBytes: 6_000 });
  expect(result.bytesFetched).toBeGreaterThan(12_000);
});

test('takes no new task when it drains, but finishes those in flight', async () => {
  worker.cloudFront.faults.add({ fault: { kind: 'slow', bytesPerSecond: 400_000 } });
  const drain = new AbortController();
  const paths = Array.from({ length: 40 }, (_, n) => `/sizes/${60_000 + n}`);

  const { result } = await run(batch(paths), {
    onHeartbeat: (heartbeat) => {
      if (heartbeat.bytesFetched > 0) drain.abort();
    },
    drain: drain.signal,
  });

  const letters = lettersOf(result);
  expect(result.isPartial).toBe(true);
  expect(letters).toMatch(/^w/);
  expect(letters.replaceAll('.', '')).toMatch(/^w+$/);
  expect(letters.startsWith('w'.repeat(8))).toBe(true);
});

test('ends what is still in flight when the time to drain is over', async () => {
  worker.cloudFront.faults.add({ fault: { kind: 'stall' } });
  const drain = new AbortController();

  const { result } = await run(batch(['/sizes/70000']), {
    onHeartbeat: (heartbeat) => {
      if (heartbeat.bytesFetched > 0) drain.abort();
    },
    drain: drain.signal,
    drainMs: 20,
  });

  expect(result).toMatchObject({ letters: '2.', isPartial: true });
});

test('lets as many batches as a worker may have slots wait for its drain', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const { signal: drain } = new AbortController();

  await Promise.all(Array.from({ length: 12 }, () => run(batch(['/sizes/3000']), { drain })));
  await new Promise(setImmediate);
  process.off('warning', onWarning);

  expect(warnings).toEqual([]);
});

test('does nothing when it was cancelled before it began', async () => {
  const { result } = await run(batch(['/sizes/3000']), { cancel: AbortSignal.abort() });

  expect(result).toMatchObject({ letters: '2.', isPartial: true, fetches: 0, bytesFetched: 0 });
});

test('hands the cells of a POP back that asks to be asked less, and goes on elsewhere', async () => {
  worker.cloudFront.faults.add({
    fault: { kind: 'limit_exceeded', requestsPerSecond: 0 },
    pop: 'NRT57-P3',
  });
  const paths = Array.from({ length: 30 }, (_, n) => `/sizes/${n + 1}`);

  const { result } = await run(batch(paths));

  expect(result.letters).toBe('30.30w');
  expect(result).toMatchObject({ isPartial: true, slowedPops: ['NRT57-P3'] });
  const asked = worker.cloudFront.inspect.requests({ location: 'NRT57-P3' }).total;
  expect(asked).toBeLessThanOrEqual(8);
});

/** As many places as anybody asks for, one task each. */
const PLACES: Omit<FetchTaskRunner, 'run'> = {
  urlOf: edgeUrl,
  acquire: async ({ pop }) => ({
    pop,
    release: () => undefined,
    mayStay: () => false,
    note: () => undefined,
    leaveFor: async () => true,
  }),
  mayStay: () => false,
};

test('finishes an object that proves too large for a batch and hands the rest back', async () => {
  const started: string[] = [];
  const tasks: FetchTaskRunner = {
    ...PLACES,
    run: async (_slot, lane) => {
      for (let task = lane.next(); task !== undefined; task = lane.next()) {
        started.push(task.url.text);
        lane.onBodyBytes(257 * 1024 * 1024);
        const outcome = lane.signal.aborted ? undefined : 'warm';
        lane.note({ ...NOTHING_MORE, outcome, bodyBytes: 257 * 1024 * 1024 });
      }
    },
  };
  const columns = [{ pop: 'NRT57-P3', urls: [0, 1, 2] }];

  const unexpected = await run(batch(['/a', '/b', '/c'], { columns }), { tasks });
  const input = batch(['/a', '/b', '/c'], { columns });
  const urls = input.urls.map(({ url }) => ({ url, expectedBytes: 257 * 1024 * 1024 }));
  const expected = await run({ ...input, urls }, { tasks });

  expect(unexpected.result).toMatchObject({ letters: 'w2.', isPartial: true });
  expect(expected.result).toMatchObject({ letters: '3w', isPartial: false });
  expect(started).toHaveLength(4);
});

test('ends with the error of a defect and leaves nothing running', async () => {
  const tasks: FetchTaskRunner = {
    ...PLACES,
    run: async (_slot, lane) => {
      throw new Error(`defect at ${lane.next()?.url.text}`);
    },
  };

  await expect(run(batch(['/a', '/b']), { tasks })).rejects.toThrow('defect at');
});

const NOTHING_MORE = {
  isSlowedDown: false,
  fetches: 1,
  isRevalidating: false,
  status: 200,
  servedBy: undefined,
  xCache: undefined,
  message: undefined,
};

test('returns from the activity what is done when Temporal cancels it', async () => {
  worker.cloudFront.faults.add({ fault: { kind: 'stall' }, url: '/sizes/70000' });
  const environment = new MockActivityEnvironment();
  const { signal } = new AbortController();
  const fetchBatch = createFetchBatchActivity({
    run: (order) => runBatch({ ...order, tasks: worker.tasks, drain: signal, drainMs: 100 }),
  });
  const details: BatchHeartbeat[] = [];
  environment.on('heartbeat', (heartbeat: BatchHeartbeat) => {
    details.push(heartbeat);
    if (lettersOf(heartbeat) === 'w.w.') environment.cancel('CANCELLED');
  });

  const result: unknown = await environment.run(fetchBatch, batch(['/sizes/3000', '/sizes/70000']));

  expect(result).toMatchObject({ letters: 'w.w.', isPartial: true });
  expect(details.length).toBeGreaterThan(0);
});
