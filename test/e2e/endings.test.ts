import { expect, test } from 'vitest';
import {
  expectTrueTotals,
  expectWarmIsHeld,
  until,
  untilFetching,
  untilNothingFetches,
} from '../support/fetches.ts';
import { useProduct } from '../support/product.ts';
import { runTemporal } from '../support/temporal-cli.ts';

const POPS = ['FRA56-P4', 'ARN56-P1', 'NRT57-P3', 'KIX56-C1'];
const SLOW_POP = 'NRT57-P3';

const product = useProduct();

/** A request in which the fetch of one URL through one POP does not end by itself. */
async function startEndless(path: string, timeout = 5): Promise<string> {
  const { api, edge } = product();
  await edge.addFault({ fault: { kind: 'slow', bytesPerSecond: 1_100 }, url: path, pop: SLOW_POP });
  const quick = Array.from({ length: 10 }, (_, index) => `${path}${index}`);
  const requestId = await api.prewarm({
    url_list: [path, ...quick].map((each) => `https://www.example.com${each}`),
    cf_domain: 'www.example.com',
    target_type: 'pop',
    pops: POPS,
    timeout,
    instance_count: 0,
  });
  await untilFetching(product(), { path, pop: SLOW_POP });
  return requestId;
}

/** Totals are true, warm is warm, and the POPs are left alone. */
async function expectTrueEnd(requestId: string): Promise<void> {
  const { api } = product();
  const tasks = await api.tasks(requestId);
  expectTrueTotals(await api.progress(requestId), tasks);
  await expectWarmIsHeld(product(), tasks);
  expect(tasks.filter(({ outcome }) => outcome === 'warm').length).toBeGreaterThan(0);
  await untilNothingFetches(product());
}

test('ends as TIMEOUT at its deadline, and stops fetching', async () => {
  const { api } = product();
  const requestId = await startEndless('/sizes/90001', 0.1);

  const end = await api.ended(requestId);

  expect(end.status).toBe('TIMEOUT');
  expect(end.stop_reason).toContain('timeout');
  await expectTrueEnd(requestId);
});

test('ends as FAILED when an operator cancels it, says so, and stops fetching', async () => {
  const { api, temporal } = product();
  const requestId = await startEndless('/sizes/90002');

  await runTemporal(temporal, 'workflow', 'cancel', '--workflow-id', requestId);
  const end = await api.ended(requestId);

  expect(end.status).toBe('FAILED');
  expect(end.stop_reason).toContain('cancelled');
  expect(await api.summary(requestId)).toMatchObject({
    status: 'FAILED',
    stop_reason: end.stop_reason,
  });
  await expectTrueEnd(requestId);
});

test('answers as FAILED when an operator terminates it, with nothing in progress', async () => {
  const { api, temporal } = product();
  const requestId = await startEndless('/sizes/90003');

  const reason = ['--reason', 'wrong list'];
  await runTemporal(temporal, 'workflow', 'terminate', '--workflow-id', requestId, ...reason);
  await until('the api tells the end', async () => {
    return (await api.progress(requestId)).status === 'FAILED';
  });

  const end = await api.progress(requestId);
  expect(end.stop_reason).toContain('terminated');
  expect(end.in_progress_task_count).toBe(0);
  expect((await api.summary(requestId)).status).toBe('FAILED');
  expect((await api.tasks(requestId)).length).toBe(end.total_count);
  await untilNothingFetches(product());
});

const INDEX = 'https://www.example.com/index.html';

test.each([
  [
    'no POP of it resolves',
    { url: INDEX, pop: 'FRA99-P9', word: 'The POP of the request does not resolve' },
  ],
  [
    'none of its hosts may be warmed',
    { url: 'https://a.example.org/', pop: 'FRA56-P4', word: 'a.example.org' },
  ],
])('ends as FAILED when %s, and says so', async (_when, { url, pop, word }) => {
  const { api, edge } = product();
  await edge.reset();

  const requestId = await api.prewarm({
    url_list: [url],
    cf_domain: 'www.example.com',
    target_type: 'pop',
    pops: [pop],
    timeout: 5,
    instance_count: 0,
  });
  const end = await api.ended(requestId);

  expect(end.status).toBe('FAILED');
  expect(end.stop_reason).toContain(word);
  expect(await edge.requests()).toEqual([]);
});

test('answers the query progress of the temporal command while it runs', async () => {
  const { api, temporal } = product();
  const requestId = await startEndless('/sizes/90004');

  const query = ['--workflow-id', requestId, '--type', 'progress', '--output', 'json'];
  const said = await runTemporal(temporal, 'workflow', 'query', ...query);

  const { total_count } = await api.progress(requestId);
  expect(said).toContain('"phase": "filling"');
  expect(said).toContain(`"totalTasks": ${total_count}`);
  await runTemporal(temporal, 'workflow', 'cancel', '--workflow-id', requestId);
  await api.ended(requestId);
});
