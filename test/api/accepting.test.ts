import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi } from './stub/create-test-api.ts';
import { aRequestId, aTimestamp, containing } from './stub/matchers.ts';
import { type StubService, startStubService } from './stub/stub-service.ts';
import { endSignal } from './stub/workflows.ts';

let service: StubService;

beforeAll(async () => {
  service = await startStubService();
});

afterAll(() => service.close());

const BODY = {
  url_list: ['https://www.example.com/a', 'https://www.example.com/b'],
  cf_domain: 'www.example.com',
  target_type: 'pop',
  pops: ['ATL56-C1', 'SIN2-C1'],
  timeout: 5,
  instance_count: 0,
};

function createServedApi(keys: { name: string; key: string }[] = []) {
  return createTestApi({ gateway: service.gateway, keys });
}

async function replyOf(answer: Response): Promise<Record<string, unknown>> {
  const reply: unknown = await answer.json();
  return Object.fromEntries(Object.entries(reply ?? {}));
}

test('gives fifty concurrent replays of a key one request and one reply', async () => {
  const { postJson } = createServedApi();
  const headers = { 'idempotency-key': `launch-${Date.now()}` };

  const answers = await Promise.all(
    Array.from({ length: 50 }, () => postJson('/prewarm', BODY, headers)),
  );

  const replies = await Promise.all(answers.map(replyOf));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
});

test('gives the first reply again after a restart of the api and after the end', async () => {
  const headers = { 'idempotency-key': `again-${Date.now()}` };
  const first = await replyOf(await createServedApi().postJson('/prewarm', BODY, headers));
  const handle = service.client.workflow.getHandle(String(first['request_id']));
  await handle.signal(endSignal, 'complete');
  await handle.result();

  const replay = await createServedApi().postJson('/prewarm', BODY, headers);

  expect(replay.status).toBe(200);
  expect(await replay.json()).toEqual(first);
});

test('refuses a used key with another body, naming the first request', async () => {
  const { postJson } = createServedApi();
  const headers = { 'idempotency-key': `other-${Date.now()}` };
  const first = await replyOf(await postJson('/prewarm', BODY, headers));

  const misuse = await postJson('/prewarm', { ...BODY, timeout: 6 }, headers);

  expect(misuse.status).toBe(422);
  expect(await misuse.json()).toMatchObject({
    status: 'Failed',
    error_message: containing('Idempotency-Key'),
    request_id: first['request_id'],
  });
});

test("keeps two callers' keys apart", async () => {
  const { postJson } = createServedApi([
    { name: 'one', key: 'key of one' },
    { name: 'other', key: 'key of other' },
  ]);
  const post = async (key: string) =>
    replyOf(await postJson('/prewarm', BODY, { 'idempotency-key': 'same', 'x-api-key': key }));

  const replies = [await post('key of one'), await post('key of other')];

  expect(replies[0]?.['request_id']).not.toBe(replies[1]?.['request_id']);
});

test.each([
  ['nothing', ''],
  ['a space', 'two words'],
  ['a letter beyond ASCII', 'é'],
  ['256 characters', 'a'.repeat(256)],
])('refuses an idempotency key of %s', async (_, key) => {
  const { postJson } = createServedApi();

  const answer = await postJson('/prewarm', BODY, { 'idempotency-key': key });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error_message: containing('Idempotency-Key') });
});

test('shows the progress of a request in the words of the contract', async () => {
  const { app, postJson } = createServedApi();
  const accepted = await replyOf(await postJson('/prewarm', BODY));
  const requestId = String(accepted['request_id']);

  const answer = await app.request(`/prewarm?req_id=${requestId}`);

  expect(answer.status).toBe(200);
  const reply = await replyOf(answer);
  expect(reply).toMatchObject({
    request_id: requestId,
    total_size: 400,
    total_count: 4,
    created_at: accepted['timestamp'],
    last_update_time: aTimestamp,
    timestamp: aTimestamp,
    timeout_at: accepted['timeout_at'],
    status: 'IN_PROGRESS',
  });
  const { download_count, failed_count, in_progress_task_count, available_task_count } = reply;
  const counts = [download_count, failed_count, in_progress_task_count, available_task_count];
  expect(counts.reduce((sum: number, count) => sum + Number(count), 0)).toBe(4);
});

test('shows the summary of a finished request in the words of the contract', async () => {
  const { app, postJson } = createServedApi();
  const { request_id: requestId } = await replyOf(await postJson('/prewarm', BODY));
  const handle = service.client.workflow.getHandle(String(requestId));
  await handle.signal(endSignal, 'complete');
  await handle.result();

  const answer = await app.request(`/summary?req_id=${String(requestId)}`);

  expect(await answer.json()).toMatchObject({
    request_id: requestId,
    failure_pops: [],
    failure_urls: [],
    failure_pop_urls_report: containing(`https://warm.example/reports/${String(requestId)}.csv?`),
    timestamp: aTimestamp,
    created_at: aTimestamp,
    last_update_time: aTimestamp,
    status: 'FINISHED',
    outcomes: { warm: { count: 4, meaning: containing('EDGE'), samples: [] } },
    progress: { percentage_complete: 100, download_count: 4 },
  });
});

test('streams every fetch task over several pages, opened by the signed link', async () => {
  const { app, postJson } = createServedApi([{ name: 'one', key: 'key of one' }]);
  const key = { 'x-api-key': 'key of one' };
  const url_list = Array.from({ length: 5 }, (_, index) => `https://www.example.com/${index}`);
  const { request_id: requestId } = await replyOf(
    await postJson('/prewarm', { ...BODY, url_list }, key),
  );
  const summary = await replyOf(
    await app.request(`/summary?req_id=${String(requestId)}`, { headers: key }),
  );
  const link = new URL(String(summary['tasks_csv_report']));

  const answer = await app.request(link.pathname + link.search);

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename="prewarm-${String(requestId)}-tasks.csv"`,
  );
  const lines = (await answer.text()).trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + 10);
  expect(lines.at(-1)).toMatch(/^https:\/\/www\.example\.com\/4,SIN2-C1,pending/);
});

test('lists requests by status and domain, page by page', async () => {
  const { app, postJson } = createServedApi();
  const { request_id: requestId } = await replyOf(await postJson('/prewarm', BODY));
  const list = async (query: string) => replyOf(await app.request(`/requests?${query}`));
  const idsOf = ({ requests }: Record<string, unknown>) =>
    Array.isArray(requests) ? requests.map((one: { request_id: string }) => one.request_id) : [];
  await expect.poll(async () => idsOf(await list('limit=100'))).toContain(requestId);

  const first = await list('status=IN_PROGRESS&limit=1');
  const second = await list(`status=IN_PROGRESS&limit=1&cursor=${String(first['next_cursor'])}`);
  const failed = await list('status=FAILED');
  const elsewhere = await list('domain=nowhere.example.com');

  expect(first['requests']).toEqual([
    {
      request_id: aRequestId,
      status: 'IN_PROGRESS',
      created_at: aTimestamp,
      domains: [],
      key_name: 'anonymous',
    },
  ]);
  expect(idsOf(second)).not.toEqual(idsOf(first));
  expect(idsOf(failed)).not.toContain(requestId);
  expect(idsOf(elsewhere)).toEqual([]);
});

test.each(['status=DONE', 'limit=0', 'limit=1000', "domain=a'%20OR%20'1'='1", 'cursor=%00'])(
  'refuses to list requests with %s',
  async (query) => {
    const { app } = createServedApi();

    const answer = await app.request(`/requests?${query}`);

    expect(answer.status).toBe(400);
  },
);

test('refuses a cursor that no page gave', async () => {
  const { app } = createServedApi();

  const answer = await app.request('/requests?cursor=bm9uc2Vuc2U');

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error_message: containing('cursor') });
});
