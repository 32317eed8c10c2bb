import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRequestId, aTimestamp, anyList, containing, matching } from './stub/matchers.ts';
import { createTestApi, stubGateway } from './stub/create-test-api.ts';

/** The request example of the API contract. */
const EXAMPLE = {
  url_list: [
    'https://www.example.com/index.html',
    'https://www.example.com/css/bootstrap-icons.css',
  ],
  cf_domain: 'www.example.com',
  target_type: 'pop',
  countries: [],
  regions: [],
  pops: ['ATL56-C1', 'SIN2-C1', 'DFW55-C3'],
  timeout: 5,
  header: [],
  instance_count: 1,
  need_invalidate: false,
};

const NOW_MS = Date.UTC(2024, 3, 16, 3, 12, 21, 46);

test('answers the example of the contract field by field', async () => {
  const { postJson, started } = createTestApi({ now: () => NOW_MS });

  const answer = await postJson('/prewarm', EXAMPLE);

  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: 'Success',
    error_message: '',
    error_urls: [],
    request_id: aRequestId,
    timestamp: '2024-04-16 03:12:21.046000',
    timeout_at: '2024-04-16 03:17:21.046000',
    warnings: [containing('fetched at least twice')],
  });
  expect(started[0]?.input).toMatchObject({
    acceptedAtMs: NOW_MS,
    timeoutMs: 300_000,
    urls: ['https://www.example.com/index.html', 'https://www.example.com/css/bootstrap-icons.css'],
    cfDomain: 'www.example.com',
    depth: 'edge',
    instanceCount: 1,
    needInvalidate: false,
  });
  expect(started[0]?.input.pops.map(({ id }) => id)).toEqual(['ATL56-C1', 'SIN2-C1', 'DFW55-C3']);
});

test('refuses one bad URL with all bad ones listed and starts nothing', async () => {
  const { postJson, started } = createTestApi();
  const body = {
    ...EXAMPLE,
    url_list: ['ftp://a.example/', 'https://a.example/', 'x'],
  };

  const answer = await postJson('/prewarm', body);

  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    status: 'Failed',
    error_message: matching(/url_list\[0\].*url_list\[2\]/),
    error_urls: ['ftp://a.example/', 'x'],
    request_id: '',
    timestamp: aTimestamp,
    timeout_at: '',
  });
  expect(started).toEqual([]);
});

test.each([
  [{ pop: ['ATL56-C1'] }, 'did you mean pops'],
  [{ timeout: -1 }, 'timeout must be above 0 minutes; it is -1'],
  [{ instance_count: 301 }, '300'],
  [{ target_type: 'planet' }, 'pop, country, region'],
  [{ pops: ['NOWHERE'] }, 'NOWHERE'],
  [{ header: ['Host: a.example'] }, 'header[0]'],
])('names field, rule and value of %j', async (change, expected) => {
  const { postJson } = createTestApi();

  const answer = await postJson('/prewarm', { ...EXAMPLE, ...change });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error_message: containing(expected) });
});

test('tells every problem of a body at once', async () => {
  const { postJson } = createTestApi();

  const answer = await postJson('/prewarm', { timeout: 'soon', depth: 1, need_invalidate: 'yes' });

  expect(await answer.json()).toMatchObject({
    error_message: matching(/^(?=.*need_invalidate)(?=.*timeout)(?=.*depth)(?=.*url_list)/),
  });
});

test('refuses too many URLs and what takes too much room with 413 and both figures', async () => {
  const gateway = stubGateway({ storedBytes: async () => 2_000_000 });
  const { postJson } = createTestApi({ gateway });
  const urls = (count: number) =>
    Array.from({ length: count }, (_, index) => `https://www.example.com/${index}`);
  const post = (url_list: string[]) => postJson('/prewarm', { ...EXAMPLE, url_list });

  const tooMany = await post(urls(50_001));
  const tooLarge = await post(urls(20_000));

  expect([tooMany.status, tooLarge.status]).toEqual([413, 413]);
  const figures = (pattern: RegExp) => ({ error_message: matching(pattern) });
  expect(await tooMany.json()).toMatchObject(figures(/50000.*50001/));
  expect(await tooLarge.json()).toMatchObject(figures(/2000000.*1048576/));
});

test('answers any JSON value with a request or a 4xx in the words of the contract', async () => {
  const { postJson } = createTestApi();
  const field = fc.constantFrom(...Object.keys(EXAMPLE), 'depth', 'coverage');
  const nearBody = fc
    .dictionary(field, fc.oneof(fc.jsonValue(), fc.array(fc.webUrl()), fc.constant('pop')))
    .map((change) => ({ ...EXAMPLE, ...change }));

  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), nearBody), async (body) => {
      const answer = await postJson('/prewarm', body);
      const reply = await answer.json();

      expect([200, 400, 413]).toContain(answer.status);
      expect(reply).toMatchObject({
        status: answer.status === 200 ? 'Success' : 'Failed',
        error_message: answer.status === 200 ? '' : matching(/./),
        error_urls: anyList,
        timestamp: aTimestamp,
      });
    }),
    { numRuns: 300 },
  );
});

test('answers any text as a body with 400', async () => {
  const { postJson } = createTestApi();

  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const answer = await postJson('/prewarm', text);

      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ status: 'Failed' });
    }),
  );
});

test('tells the request id when Temporal did not answer, since the request may have begun', async () => {
  const { postJson } = createTestApi({ gateway: stubGateway() });

  const answer = await postJson('/prewarm', EXAMPLE);

  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(await answer.json()).toMatchObject({
    status: 'Failed',
    error_message: 'Temporal is unreachable',
    request_id: aRequestId,
  });
});
