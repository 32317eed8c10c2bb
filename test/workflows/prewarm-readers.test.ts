import { afterAll, beforeAll, expect, test } from 'vitest';
import { PENDING } from '../../domain/cell.ts';
import type { PrewarmInput } from '../../domain/prewarm.ts';
import { decodeRuns } from '../../domain/run-length.ts';
import { progressQuery, resultsQuery, summaryQuery } from '../../workflows/messages.ts';
import {
  batchResult,
  cancelled,
  prewarmInput,
  runWorkers,
  startPrewarm,
  createSignal,
} from '../support/prewarm-workers.ts';
import { createTestNamespace } from '../support/temporal-namespace.ts';
import type { TestNamespace } from '../support/temporal-namespace.ts';

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

const start = (input: PrewarmInput) => startPrewarm(namespace, input);

test('answers queries of a terminated request', async () => {
  const started = createSignal();
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    started.resolve();
    await cancelled();
    return batchResult(input, () => 'warm');
  };

  const summary = await runWorkers(namespace, { fetch: { fetchBatch } }, async () => {
    const handle = await start(prewarmInput());
    await started.promise;
    await handle.terminate('test');
    return handle.query(summaryQuery);
  });

  expect(summary.totals.totalTasks).toBe(12);
});

test('tells whose sizes are measured in the batches in flight, and how many in all', async () => {
  const started = createSignal();
  const isAsked = createSignal();
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    started.resolve();
    await isAsked.promise;
    return batchResult(input, () => 'warm');
  };
  const input = prewarmInput({ pops: [{ id: 'FRA56-P4', area: 'FRA' }] });

  const { before, after } = await runWorkers(namespace, { fetch: { fetchBatch } }, async () => {
    const handle = await start(input);
    await started.promise;
    const inFlight = await handle.query(progressQuery);
    isAsked.resolve();
    await handle.result();
    return { before: inFlight, after: await handle.query(progressQuery) };
  });

  const letters = before.batchesInFlight.map(({ measured = '' }) => decodeRuns(measured, 4));
  expect(letters.flatMap((each) => [...each])).toEqual([PENDING, PENDING, PENDING, PENDING]);
  expect(before.measuredUrls).toBe(0);
  expect(after.measuredUrls).toBe(4);
});

test('pages the task grid', async () => {
  const page = await runWorkers(namespace, {}, async () => {
    const handle = await start(prewarmInput());
    await handle.result();
    return handle.query(resultsQuery, { fromRow: 1, rows: 2 });
  });

  expect(page).toMatchObject({
    fromRow: 1,
    totalRows: 4,
    rows: [1, 2].map((n) => ({ url: `https://www.example.com/${n}.jpg`, bodyBytes: 1_000 })),
    pops: ['FRA56-P4', 'FRA60-P1', 'NRT57-P3'],
    cells: '6w',
    samples: [],
  });
});

test('shows status, domains and totals to operators', async () => {
  const { description, details } = await runWorkers(namespace, {}, async () => {
    const handle = await start(prewarmInput());
    await handle.result();
    return {
      description: await handle.describe(),
      details: await handle.query('__temporal_workflow_metadata'),
    };
  });

  expect(description.searchAttributes).toMatchObject({
    PrewarmStatus: ['FINISHED'],
    PrewarmDomain: ['d111111abcdef8.cloudfront.net', 'www.example.com'],
  });
  expect(description.memo).toMatchObject({ totals: { warmedTasks: 12 } });
  expect(JSON.stringify(details)).toContain('12 of 12 fetch tasks warmed');
});
