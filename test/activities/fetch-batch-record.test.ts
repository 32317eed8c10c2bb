import { expect, test } from 'vitest';
import { BatchRecord, MAXIMUM_HEARTBEAT_BYTES } from '../../activities/fetch-batch/batch-record.ts';
import type { BatchInput } from '../../domain/batch.ts';
import { isBatchHeartbeat } from '../../domain/batch-heartbeat.ts';
import { codeOfOutcome } from '../../domain/cell.ts';
import { OUTCOME_NAMES, type Outcome } from '../../domain/outcome.ts';
import { decodeRuns } from '../../domain/run-length.ts';
import type { FetchTaskResult } from '../../edge/fetch-task.ts';

function batchOf(urls: number, pops = 1, overrides: Partial<BatchInput> = {}): BatchInput {
  const all = Array.from({ length: urls }, (_, url) => url);
  return {
    requestId: 'r',
    depth: 'edge',
    headers: [],
    urls: all.map((url) => ({ url: `https://www.example.com/${url}` })),
    columns: Array.from({ length: pops }, (_, pop) => ({ pop: `NRT57-P${pop}`, urls: all })),
    domainNames: {},
    heartbeatIntervalMs: 1_000,
    ...overrides,
  };
}

function resultOf(outcome: Outcome | undefined, more: Partial<FetchTaskResult> = {}) {
  return {
    outcome,
    isSlowedDown: false,
    bodyBytes: 100,
    fetches: 3,
    isRevalidating: false,
    status: 200,
    servedBy: 'NRT57-P3',
    xCache: 'Hit',
    message: undefined,
    ...more,
  };
}

test('tells outcomes as letters in the order of the columns', () => {
  const record = new BatchRecord(batchOf(2, 2));
  record.note({ task: 0, column: 0, url: 0 }, resultOf('warm'));
  record.note({ task: 3, column: 1, url: 1 }, resultOf('not_found', { bodyBytes: undefined }));

  expect(record.result(12.6)).toMatchObject({
    letters: 'w2.m',
    isPartial: true,
    warmedBytes: 100,
    fetches: 6,
    sizes: [[0, 100]],
    elapsedMs: 13,
  });
});

test('tells in its result only the sizes that nobody knew, and all of them in a heartbeat', () => {
  const urls = [100, 200, undefined].map((expectedBytes, url) => ({
    url: `https://www.example.com/${url}`,
    ...(expectedBytes === undefined ? {} : { expectedBytes }),
  }));
  const record = new BatchRecord(batchOf(3, 1, { urls }));
  for (const url of [0, 1, 2]) record.note({ task: url, column: 0, url }, resultOf('warm'));

  expect(record.result(0).sizes).toEqual([
    [1, 100],
    [2, 100],
  ]);
  expect(record.heartbeat().sizes).toHaveLength(3);
});

test('counts warmed bytes once a task and by the depth that was asked', () => {
  const atEdge = new BatchRecord(batchOf(2));
  const regional = new BatchRecord(batchOf(2, 1, { depth: 'regional' }));
  for (const record of [atEdge, regional]) {
    record.note({ task: 0, column: 0, url: 0 }, resultOf('regional'));
    record.note({ task: 1, column: 0, url: 1 }, resultOf('warm'));
  }

  expect(atEdge.result(0).warmedBytes).toBe(100);
  expect(regional.result(0)).toMatchObject({ warmedBytes: 200, isPartial: false });
});

test('keeps 20 samples a failure kind and 3 a success kind', () => {
  const record = new BatchRecord(batchOf(60));
  for (let task = 0; task < 30; task += 1) {
    record.note({ task, column: 0, url: task }, resultOf('warm'));
    record.note({ task: task + 30, column: 0, url: task + 30 }, resultOf('truncated'));
  }
  const { samples } = record.result(0);

  expect(samples.filter(({ outcome }) => outcome === 'warm')).toHaveLength(3);
  expect(samples.filter(({ outcome }) => outcome === 'truncated')).toHaveLength(20);
});

test('names slowed POPs and revalidated URLs, and leaves handed back cells open', () => {
  const record = new BatchRecord(batchOf(1, 2));
  record.note({ task: 0, column: 0, url: 0 }, resultOf('warm', { isRevalidating: true }));
  record.note({ task: 1, column: 1, url: 0 }, resultOf(undefined, { isSlowedDown: true }));

  expect(record.result(0)).toMatchObject({
    letters: 'w.',
    revalidates: [0],
    slowedPops: ['NRT57-P1'],
    isPartial: true,
  });
});

test('keeps the heartbeat of 1,000 tasks within 4 KiB whatever the outcomes and sizes', () => {
  const record = new BatchRecord(batchOf(1_000));
  for (let task = 0; task < 1_000; task += 1) {
    const outcome = OUTCOME_NAMES[task % OUTCOME_NAMES.length] ?? 'warm';
    const bodyBytes = 49_999_999_999 - task;
    record.addBytes(bodyBytes * 2);
    record.note({ task, column: 0, url: task }, resultOf(outcome, { bodyBytes }));
  }
  const heartbeat = record.heartbeat();
  const json = JSON.stringify(heartbeat);

  expect(json.length).toBeLessThanOrEqual(MAXIMUM_HEARTBEAT_BYTES);
  expect(isBatchHeartbeat(JSON.parse(json))).toBe(true);
  expect(heartbeat.sizes?.length).toBeGreaterThan(100);
  expect([...decodeRuns(heartbeat.letters, 1_000)]).toEqual(
    Array.from({ length: 1_000 }, (_, task) =>
      codeOfOutcome(OUTCOME_NAMES[task % OUTCOME_NAMES.length] ?? 'warm'),
    ),
  );
});

test('leaves sizes out of a heartbeat that has none', () => {
  expect(new BatchRecord(batchOf(3)).heartbeat()).toEqual({
    letters: '3.',
    warmedBytes: 0,
    bytesFetched: 0,
    fetches: 0,
  });
});
