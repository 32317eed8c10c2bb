import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../local/api-client.ts';
import { followRequest, isAllWarm } from '../../local/sample.ts';

const PROGRESS = {
  status: 'IN_PROGRESS',
  total_count: 2,
  download_count: 0,
  failed_count: 0,
  percentage_complete: 0,
  in_progress_task_count: 2,
  download_size: 0,
  total_size: 20,
  bytes_fetched: 0,
};

type Reply = { readonly status?: number; readonly body: unknown };

/** An API that gives one prepared reply a request, in order, and remembers what it was asked. */
async function apiWith(replies: Reply[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} key=${String(request.headers['x-api-key'])}`);
    const { status = 200, body } = replies.shift() ?? { body: 'no more replies', status: 500 };
    response.writeHead(status, { connection: 'close' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

test('follows a request until it is no longer in progress', async () => {
  const done = { ...PROGRESS, status: 'FINISHED', download_count: 2, in_progress_task_count: 0 };
  const { url, asked } = await apiWith([
    { body: { status: 'Success', error_message: '', request_id: 'id-1' } },
    { body: PROGRESS },
    { body: done },
    { body: { status: 'FINISHED', outcomes: { warm: { count: 2, meaning: 'held' } } } },
  ]);
  const shown: number[] = [];

  const end = await followRequest(createApiClient(url, 'secret'), { url_list: [] }, (state) =>
    shown.push(state.download_count),
  );

  expect(asked).toEqual([
    'POST /prewarm key=secret',
    'GET /prewarm?req_id=id-1 key=secret',
    'GET /prewarm?req_id=id-1 key=secret',
    'GET /summary?req_id=id-1 key=secret',
  ]);
  expect(shown).toEqual([0, 2]);
  expect(isAllWarm(end.progress)).toBe(true);
});

test('says what the API answered when it refuses', async () => {
  const { url } = await apiWith([{ status: 400, body: { error_message: '`pops` is empty' } }]);

  const followed = followRequest(createApiClient(url), {}, () => undefined);

  await expect(followed).rejects.toThrow(
    '/prewarm answered HTTP 400: {"error_message":"`pops` is empty"}',
  );
});

test.each([
  ['FINISHED', 2, true],
  ['FINISHED', 1, false],
  ['TIMEOUT', 2, false],
])('calls %s with %d of 2 warm all warm: %s', (status, downloads, expected) => {
  expect(isAllWarm({ ...PROGRESS, status, download_count: downloads })).toBe(expected);
});
