import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTestApi, stubGateway } from './stub/create-test-api.ts';
import { aTimestamp, containing, matching } from './stub/matchers.ts';

const KEYS = [
  { name: 'launch', key: 'first key' },
  { name: 'launch-new', key: 'second key' },
];
const REQUEST_ID = '684153cc-efab-4a53-9409-357fddc2e2bd';

test('asks for a key everywhere but at health and the API reference', async () => {
  const { app } = createTestApi({ keys: KEYS });
  const status = async (path: string, key?: string) =>
    (await app.request(path, { headers: key === undefined ? {} : { 'x-api-key': key } })).status;

  const open = ['/healthz', '/openapi.json', '/docs', '/docs/swagger-ui.css', '/docs/start.js'];
  const closed = ['/prewarm', '/summary', '/requests', '/targets', '/metrics', '/nothing'];

  expect(await Promise.all(open.map((path) => status(path)))).toEqual(open.map(() => 200));
  expect(await Promise.all(closed.map((path) => status(path)))).toEqual(closed.map(() => 401));
  expect(await status('/targets', 'first key')).toBe(200);
  expect(await status('/targets', 'second key')).toBe(200);
  expect(await status('/targets', 'first keyy')).toBe(401);
  expect(await status('/targets', '')).toBe(401);
});

test('tells how to authenticate without repeating the key', async () => {
  const { app } = createTestApi({ keys: KEYS });

  const answer = await app.request('/targets', { headers: { 'x-api-key': 'wrong secret' } });

  expect(answer.headers.get('www-authenticate')).toBe('ApiKey');
  const text = await answer.text();
  expect(text).toContain('x-api-key');
  expect(text).not.toContain('wrong secret');
});

test('opens a signed report link without a key, and no other', async () => {
  const { app } = createTestApi({ keys: KEYS });
  const unsigned = await app.request(`/reports/${REQUEST_ID}.csv?expires=9999999999&signature=x`);

  expect(unsigned.status).toBe(401);
});

test.each([
  ['POST', '/summary', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/prewarm', 'GET, HEAD, POST, OPTIONS'],
  ['PUT', `/reports/${REQUEST_ID}/tasks.csv`, 'GET, HEAD, OPTIONS'],
])('answers %s %s with 405 and what is allowed', async (method, path, allow) => {
  const { app } = createTestApi();

  const answer = await app.request(path, { method });

  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
  expect(await answer.json()).toMatchObject({ error_message: containing(method) });
});

test('answers OPTIONS with the methods of a path, and no key', async () => {
  const { app } = createTestApi({ keys: KEYS });

  const answer = await app.request('/prewarm', { method: 'OPTIONS' });

  expect(answer.status).toBe(204);
  expect(answer.headers.get('allow')).toContain('POST');
});

test('answers HEAD as GET without a body', async () => {
  const { app } = createTestApi();

  const answer = await app.request('/targets', { method: 'HEAD' });

  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('');
});

test('answers unknown paths with 404 in the words of the contract', async () => {
  const { app } = createTestApi();

  const answer = await app.request('/prewarmed');

  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    status: 'Failed',
    error_message: containing('/docs'),
    timestamp: aTimestamp,
  });
});

test.each([
  ['a missing id', '/prewarm', 400],
  ['an empty id', '/prewarm?req_id=', 400],
  ['an id given twice', `/prewarm?req_id=${REQUEST_ID}&req_id=${REQUEST_ID}`, 400],
  ['an id of 10,000 characters', `/prewarm?req_id=${'a'.repeat(10_000)}`, 400],
  ["the fleet's own id", '/prewarm?req_id=fleet/prewarm_asg_prod', 404],
  ['a path', '/prewarm?req_id=../etc/passwd', 404],
  ['NUL', '/prewarm?req_id=%00', 404],
  ['a snowman', '/summary?req_id=%E2%98%83', 404],
  ['a stream of no id', '/prewarm/events?req_id=nobody', 404],
  ["the fleet's report", '/reports/fleet%2Fprewarm_asg_prod.csv', 404],
  ['the tasks of no id', '/reports/nobody/tasks.ndjson', 404],
])('refuses %s without asking Temporal', async (_, path, status) => {
  const { app } = createTestApi({ gateway: stubGateway() });

  const answer = await app.request(path);

  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ status: 'Failed', error_message: matching(/./) });
});

test('takes x-request-id where it is well-formed and makes one where it is not', async () => {
  const { app } = createTestApi();
  const idOf = async (given: string) =>
    (await app.request('/healthz', { headers: { 'x-request-id': given } })).headers.get(
      'x-request-id',
    );

  expect(await idOf('abc-1.2:3_4')).toBe('abc-1.2:3_4');
  expect(await idOf('two words')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await idOf('a'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
});

test('logs each call with its route and key name, never its query string or headers', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  });
  const { app } = createTestApi({ keys: KEYS, logger: pino(stream) });

  await app.request('/prewarm?req_id=secret-in-url', {
    headers: { 'x-api-key': 'first key', 'x-request-id': 'call-1', cookie: 'secret-cookie' },
  });

  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    callId: 'call-1',
    keyName: 'launch',
    method: 'GET',
    route: '/prewarm',
    status: 404,
  });
  expect(lines.join('')).not.toMatch(/secret|first key/);
});

test('answers an unexpected error with 500, its id and none of its words', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  });
  const gateway = stubGateway({ describe: () => Promise.reject(new TypeError('inner words')) });
  const { app } = createTestApi({ gateway, logger: pino(stream) });

  const answer = await app.request(`/prewarm?req_id=${REQUEST_ID}`, {
    headers: { 'x-request-id': 'call-2' },
  });

  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(text).toContain('call-2');
  expect(text).not.toContain('inner words');
  expect(lines.filter((line) => line.includes('inner words'))).toHaveLength(1);
});

test('counts calls by route and status', async () => {
  const { app } = createTestApi();
  await app.request('/targets');
  await app.request('/nowhere/at/all');

  const text = await (await app.request('/metrics')).text();

  expect(text).toContain(
    'prewarm_http_requests_total{method="GET",route="/targets",status="200"} 1',
  );
  expect(text).toContain(
    'prewarm_http_requests_total{method="GET",route="unmatched",status="404"} 1',
  );
  expect(text).toContain('prewarm_http_open_streams 0');
});

test('is ready while Temporal answers and says why when it does not', async () => {
  const ready = createTestApi({ gateway: stubGateway({ check: async () => {} }) });
  const away = createTestApi();

  const good = await ready.app.request('/readyz');
  const bad = await away.app.request('/readyz');
  ready.close();
  const closing = await ready.app.request('/readyz');

  expect([good.status, bad.status, closing.status]).toEqual([200, 503, 503]);
  expect(await bad.json()).toMatchObject({ error_message: 'Temporal is unreachable' });
});

test('serves the API reference with files of its own only', async () => {
  const { app } = createTestApi();
  const page = await app.request('/docs');
  const html = await page.text();
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');

  const answers = await Promise.all(files.map(async (path) => app.request(path)));

  expect(files).toHaveLength(3);
  expect(html).not.toMatch(/https?:\/\//);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect((await app.request('/docs/package.json')).status).toBe(404);
});

test('lists targets to choose from', async () => {
  const { app } = createTestApi();

  const answer = await app.request('/targets');

  const list: unknown = await answer.json();
  expect(list).toMatchObject({ regions: expectSome({ name: 'apac' }) });
  expect(list).toMatchObject({
    pops: expectSome({ id: 'NRT57-P3', city: 'Tokyo', country: 'Japan' }),
  });
});

const expectSome = (item: object): unknown =>
  expect.arrayContaining([expect.objectContaining(item)]);
