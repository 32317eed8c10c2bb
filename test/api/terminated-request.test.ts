import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRequestReader } from '../../api/reading/request-reader.ts';
import { createTemporalConnection } from '../../api/temporal/temporal-connection.ts';
import { createTemporalGateway } from '../../api/temporal/temporal-client-gateway.ts';
import { createDataConverter } from '../../codec/payload-codec.ts';
import type { BatchInput } from '../../domain/batch.ts';
import type { RequestSummary } from '../../domain/prewarm.ts';
import { decodeRuns } from '../../domain/run-length.ts';
import { resultsQuery } from '../../workflows/messages.ts';
import {
  batchResult,
  cancelled,
  controlActivities,
  prewarmInput,
  runWorkers,
  startPrewarm,
} from '../support/prewarm-workers.ts';
import { type TestNamespace, createTestNamespace } from '../support/temporal-namespace.ts';
import { stubGateway } from './stub/create-test-api.ts';
import { stubSummary } from './stub/stub-summary.ts';

let temporal: TestNamespace;
let api: ReturnType<typeof createApiReader>;

beforeAll(async () => {
  temporal = await createTestNamespace();
  api = createApiReader(temporal);
});

afterAll(async () => {
  await api.connection.close();
  await temporal.close();
});

const metrics = { countCacheAnswer: () => {} };

function createApiReader({ address, namespace }: TestNamespace) {
  const converter = createDataConverter();
  const options = { connectionOptions: { address }, namespace, converter };
  const { client, connection } = createTemporalConnection(options);
  const deps = { client, connection, namespace, converter, onCall: () => {} };
  const gateway = createTemporalGateway(deps);
  return {
    connection,
    createReader: () => createRequestReader({ gateway, metrics, now: Date.now }),
  };
}

const POPS = ['FRA56-P4', 'NRT57-P3'].map((id) => ({ id, area: id.slice(0, 3) }));

/** The first try through NRT57-P3 fails; whatever is tried beside it or later ends never. */
function createFetchActivity() {
  let isTried = false;
  return async (input: BatchInput) => {
    const isFirst = !isTried && input.columns.some(({ pop }) => pop === 'NRT57-P3');
    if (isFirst) isTried = true;
    else await cancelled();
    return batchResult(input, ({ pop }) =>
      isFirst && pop === 'NRT57-P3' ? 'connect_failed' : undefined,
    );
  };
}

test('closes a terminated request as its own end would have', async () => {
  const input = prewarmInput({ pops: POPS, urls: ['https://www.example.com/1.jpg'] });
  const fetch = { fetchBatch: createFetchActivity() };
  await runWorkers(temporal, { control: controlActivities(), fetch }, async () => {
    const handle = await startPrewarm(temporal, input);
    const cells = async () => {
      const page = await handle.query(resultsQuery, { fromRow: 0, rows: 10 });
      return String.fromCharCode(...decodeRuns(page.cells, 10));
    };
    await expect.poll(cells, { timeout: 20_000 }).toBe('.C');
    await handle.terminate('operator said so');

    const reader = api.createReader();
    const { value } = await reader.summary(handle.workflowId);
    const view = await reader.view(handle.workflowId);

    expect(value.summary).toMatchObject({
      failedUrls: ['https://www.example.com/1.jpg'],
      failedUrlsTotal: 1,
      failedPops: [{ pop: 'NRT57-P3' }],
      outcomes: [{ outcome: 'connect_failed', tasks: 1 }],
    });
    expect(value.totals).toMatchObject({
      status: 'FAILED',
      phase: 'closed',
      stopReason: 'terminated: operator said so',
      totalTasks: 2,
      failedTasks: 1,
      inFlightTasks: 0,
      pendingTasks: 1,
    });
    expect(view.value.totals).toEqual(value.totals);
  });
});

/** A reader of a request that was terminated with a grid of three URLs and three POPs. */
function readerOf(
  cells: string,
  { failPages = false, now = Date.now, answers = new Array<string>() } = {},
) {
  const urls = ['a', 'b', 'c'].map((path) => `https://www.example.com/${path}`);
  const pops = ['ATL56-C1', 'FRA56-P4', 'NRT57-P3'];
  const input = prewarmInput({ urls, pops: pops.map((id) => ({ id, area: id })) });
  const batch = { activityId: '1', tasks: 2 };
  const summary: RequestSummary = {
    ...stubSummary(input, { batch, ending: undefined, stopReason: '' }),
    failedPops: [{ pop: 'AAA1-P1', reason: 'does not resolve' }],
  };
  const gateway = stubGateway({
    describe: async () => ({
      state: 'TERMINATED',
      startedAtMs: 0,
      closedAtMs: 1_000,
      hasBegun: true,
      memo: {},
      pendingFetches: [],
    }),
    ending: async () => ({ summary: undefined, reason: 'enough' }),
    summary: async () => summary,
    ...(failPages
      ? {}
      : {
          resultsPage: async (_, { fromRow }) => ({
            fromRow,
            totalRows: 3,
            rows: urls.slice(fromRow, fromRow + 2).map((url) => ({ url })),
            pops,
            cells: cells.slice(fromRow * 3, (fromRow + 2) * 3),
            samples: [],
          }),
        }),
  });
  const countCacheAnswer = (answer: string) => void answers.push(answer);
  return createRequestReader({ gateway, metrics: { countCacheAnswer }, now });
}

const REQUEST_ID = '684153cc-efab-4a53-9409-357fddc2e2bd';

test('reads every page of a terminated request and lists what is warm nowhere', async () => {
  const { value } = await readerOf('wCm.Cm=cC').summary(REQUEST_ID);

  expect(value.summary.failedUrls).toEqual([
    'https://www.example.com/b',
    'https://www.example.com/c',
  ]);
  expect(value.summary.failedPops.map(({ pop }) => pop)).toEqual([
    'AAA1-P1',
    'FRA56-P4',
    'NRT57-P3',
  ]);
  expect(value.totals).toMatchObject({ warmedTasks: 1, failedTasks: 6, pendingTasks: 2 });
});

test('says so when the fetch tasks of a terminated request can not be read, and tries again', async () => {
  let nowMs = Date.now();
  const answers: string[] = [];
  const reader = readerOf('', { failPages: true, now: () => nowMs, answers });

  const { value } = await reader.summary(REQUEST_ID);
  nowMs += 2_000;
  await reader.summary(REQUEST_ID);

  expect(value.totals).toMatchObject({ status: 'FAILED', inFlightTasks: 0 });
  expect(value.warnings.join()).toMatch(/failure_urls and failure_pops lack/);
  expect(answers).toEqual(['miss', 'miss']);
});
