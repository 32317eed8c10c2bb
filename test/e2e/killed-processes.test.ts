import { temporal } from '@temporalio/proto';
import { expect, test } from 'vitest';
import {
  expectTrueTotals,
  expectWarmIsHeld,
  until,
  untilFetching,
  untilNothingFetches,
} from '../support/fetches.ts';
import { useProduct } from '../support/product.ts';

const POPS = ['FRA56-P4', 'ARN56-P1', 'NRT57-P3', 'KIX56-C1'];
const SLOW_POP = 'NRT57-P3';
const { EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, EVENT_TYPE_ACTIVITY_TASK_FAILED } =
  temporal.api.enums.v1.EventType;

const product = useProduct({ fetchWorkers: 1, environment: { FETCH_SLOTS: '12' } });

/** A request of quick URLs and one, `path`, that the next fetch through a POP will find slow. */
async function startWithSlowFetch(
  path: string,
  { bytesPerSecond, timeout = 5 }: { bytesPerSecond: number; timeout?: number },
): Promise<string> {
  const { api, edge } = product();
  const fault = { kind: 'slow', bytesPerSecond } as const;
  await edge.addFault({ fault, url: path, pop: SLOW_POP, times: 1 });
  const quick = Array.from({ length: 20 }, (_, index) => `${path}${index}`);
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

async function batchesLost(requestId: string): Promise<number> {
  const handle = product().temporal.client.workflow.getHandle(requestId);
  const { events } = await handle.fetchHistory();
  const isLoss = ({ eventType }: { eventType?: unknown }): boolean =>
    eventType === EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT ||
    eventType === EVENT_TYPE_ACTIVITY_TASK_FAILED;
  return (events ?? []).filter(isLoss).length;
}

test('accounts for every task when a fetch worker is killed, also when the deadline or a cancel comes before it is missed', async () => {
  const { api, edge, temporal: server } = product();
  const endless = { bytesPerSecond: 1_100 };
  const [goesOn, timesOut, isCancelled] = await Promise.all([
    startWithSlowFetch('/sizes/50001', endless),
    startWithSlowFetch('/sizes/50002', { ...endless, timeout: 0.2 }),
    startWithSlowFetch('/sizes/50003', endless),
  ]);
  const { timeout_at } = await api.progress(timesOut);

  // A dead worker is missed after 5 s: the deadline falls into these.
  await until('3 s are left', async () => Date.now() > Date.parse(`${timeout_at}Z`) - 3_000);
  expect((await api.progress(timesOut)).status).toBe('IN_PROGRESS');
  for (const worker of product().running('fetch-worker')) worker.signal('SIGKILL');
  await server.client.workflow.getHandle(isCancelled).cancel();
  await product().start('fetch-worker');
  const ends = await Promise.all([goesOn, timesOut, isCancelled].map((id) => api.ended(id)));

  expect(ends.map(({ status }) => status)).toEqual(['FINISHED', 'TIMEOUT', 'FAILED']);
  expect(ends[0]?.download_count).toBe(ends[0]?.total_count);
  expect(ends[2]?.stop_reason).toContain('cancelled');
  for (const [index, requestId] of [goesOn, timesOut, isCancelled].entries()) {
    const tasks = await api.tasks(requestId);
    const end = ends[index];
    expect(end).toBeDefined();
    if (end !== undefined) expectTrueTotals(end, tasks);
    await expectWarmIsHeld(product(), tasks);
    expect(await batchesLost(requestId)).toBeGreaterThan(0);
  }
  await edge.clearFaults();
  await untilNothingFetches(product());
});

test('loses nothing when a fetch worker is told to end in the middle of a batch', async () => {
  const { api, edge, start, running } = product();
  await edge.setAdmission('B');
  const requestId = await startWithSlowFetch('/sizes/50004', { bytesPerSecond: 20_000 });

  const endings = running('fetch-worker').map((worker) => worker.stop(60_000));
  await start('fetch-worker');
  const end = await api.ended(requestId);

  expect(await Promise.all(endings)).toEqual([{ code: 0, signal: undefined }]);
  expect(end).toMatchObject({ status: 'FINISHED', download_count: end.total_count });
  expect(await batchesLost(requestId)).toBe(0);
  await expectWarmIsHeld(product(), await api.tasks(requestId));
  const asked = await edge.requests({ path: '/sizes/50004*' });
  expect(asked.filter((request) => request.end !== 'complete')).toEqual([]);
});

test('goes on after the control worker and the api were killed', async () => {
  const { api, start, running } = product();
  const requestId = await startWithSlowFetch('/sizes/50005', { bytesPerSecond: 20_000 });

  const killed = [...running('control-worker'), ...running('api')];
  for (const child of killed) child.signal('SIGKILL');
  await Promise.all(killed.map(({ ended }) => ended));
  await Promise.all([start('control-worker'), start('api')]);
  const end = await api.endedAfterOutage(requestId);

  expect(end).toMatchObject({ status: 'FINISHED', download_count: end.total_count });
  expect(await batchesLost(requestId)).toBe(0);
  await expectWarmIsHeld(product(), await api.tasks(requestId));
});
