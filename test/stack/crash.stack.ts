import { expect, test, vi } from 'vitest';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../../domain/ids.ts';
import { useProduct } from '../support/product.ts';
import type { ProgressSeen } from '../support/product-api.ts';
import { onStack } from './on-stack.ts';

const { stack, namespace } = onStack();
const product = useProduct({ temporal: namespace });

const POPS = ['FRA56-P4', 'ARN56-P1', 'WAW50-C1', 'NRT57-P3', 'KIX56-C1', 'IAD89-P1', 'MIA3-P4'];
const URLS = 1_000;
const TASKS = POPS.length * URLS;
const DAY_SECONDS = 86_400;
const END = { timeout: 240_000, interval: 250 };

/** Requests of this file, with the number of tasks that each ended with warm. */
const ended = new Map<string, number>();

/** Starts a request of objects that no other request has, and resolves when it is half way. */
async function startRequest(firstBytes: number): Promise<string> {
  const { api } = product();
  const requestId = await api.prewarm({
    url_list: Array.from(
      { length: URLS },
      (_, index) => `https://www.example.com/sizes/${firstBytes + index}`,
    ),
    target_type: 'pop',
    pops: POPS,
    timeout: 10,
    instance_count: 0,
  });
  await vi.waitFor(async () => {
    const { download_count: warm } = await api.progress(requestId);
    expect(warm).toBeGreaterThan(TASKS / 20);
  }, END);
  return requestId;
}

/** The last answer of a request; while Temporal is away there is none, and the next is asked for. */
async function endOf(requestId: string): Promise<ProgressSeen> {
  return vi.waitFor(async () => {
    const seen = await product().api.progress(requestId);
    expect(seen.status).not.toBe('IN_PROGRESS');
    return seen;
  }, END);
}

test.each([
  { name: 'the Temporal server', firstBytes: 10_000, kills: ['server'] as const },
  { name: 'PostgreSQL', firstBytes: 20_000, kills: ['postgres'] as const },
  { name: 'both', firstBytes: 30_000, kills: ['server', 'postgres'] as const },
])('ends a running request complete after SIGKILL of $name', async ({ firstBytes, kills }) => {
  const requestId = await startRequest(firstBytes);
  const { status } = await product().api.progress(requestId);

  await Promise.all(kills.map((victim) => stack()[victim].kill()));
  for (const victim of kills.toReversed()) await stack()[victim].start();
  const end = await endOf(requestId);

  expect(status).toBe('IN_PROGRESS');
  expect(end).toMatchObject({ status: 'FINISHED', total_count: TASKS, download_count: TASKS });
  ended.set(requestId, end.download_count);
});

test('still answers for every request of before the crashes', async () => {
  const { api } = product();

  const seen = await Promise.all([...ended.keys()].map((requestId) => api.progress(requestId)));

  expect(seen.map(({ download_count: warm }) => warm)).toEqual([...ended.values()]);
  expect(ended.size).toBe(3);
});

test('starts a worker while Temporal is away, and lets it work once Temporal is there', async () => {
  await stack().server.kill();
  let isReady = false;

  const starting = product()
    .start('fetch-worker')
    .then(() => (isReady = true));
  await vi.waitFor(() => expect(product().running('fetch-worker').length).toBe(3), END);
  const wasReadyBefore = isReady;
  await stack().server.start();
  await starting;

  expect(wasReadyBefore).toBe(false);
  expect(isReady).toBe(true);
});

test('keeps ended requests for a week, and knows the search attributes', async () => {
  const { connection } = product().temporal.client;
  const { namespace: name } = product().temporal;

  const described = await connection.workflowService.describeNamespace({ namespace: name });
  const attributes = await connection.operatorService.listSearchAttributes({ namespace: name });

  expect(Number(described.config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * DAY_SECONDS);
  expect(Object.keys(attributes.customAttributes ?? {})).toEqual(
    expect.arrayContaining([STATUS_SEARCH_ATTRIBUTE, DOMAIN_SEARCH_ATTRIBUTE]),
  );
});

test('runs the jobs again, as each start of compose does, without a change', async () => {
  await stack().runJob('schema');
  await stack().runJob('namespaces');

  const seen = await Promise.all([...ended.keys()].map((id) => product().api.progress(id)));
  expect(seen.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
});
