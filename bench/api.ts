import { availableParallelism } from 'node:os';
import { type LoadCall, inTurn, putLoad, sameFor } from './api-load.ts';
import { createApiReader } from './api-reader.ts';
import { type ApiStack, startApiStack } from './api-stack.ts';
import { type Bar, printBars } from './bars.ts';

const POLLERS = 50;
const POLL_SECONDS = 10;
const LISTENERS = 200;
const LISTEN_SECONDS = 10;
const EXAMPLE_POSTS = 100;
const LARGE_POSTS = 20;
const LARGE_URLS = 10_000;
/** Makes the body of {@link LARGE_URLS} URLs about 1 MB. */
const LARGE_URL_PADDING = 'assets/2026/autumn-campaign/products/images/large/item';
const MIXED_CALLS = 10_000;
const MEBIBYTE = 1_048_576;

/** Measures the api against a real Temporal server, prints each bar, and fails when one is missed. */
export async function run(): Promise<void> {
  console.log(`${availableParallelism()} cores; Temporal, control worker and callers share them`);
  const stack = await startApiStack();
  try {
    if (!stack.isPinned) console.log('The api could not be given a core of its own.');
    const bars = [
      ...(await benchPolling(stack)),
      ...(await benchListening(stack)),
      ...(await benchPosting(stack)),
      ...(await benchMemory(stack)),
    ];
    process.exitCode = printBars(bars);
  } finally {
    await stack.close();
  }
}

function body(urls: readonly string[]): string {
  return JSON.stringify({
    url_list: urls,
    cf_domain: 'd111111abcdef8.cloudfront.net',
    target_type: 'pop',
    pops: ['FRA56-P4', 'NRT57-P3', 'SIN2-P1'],
    timeout: 10,
    instance_count: 0,
  });
}

const EXAMPLE = body([
  'https://www.example.com/index.html',
  'https://www.example.com/css/bootstrap-icons.css',
]);

const get = (path: string): LoadCall => ({ method: 'GET', path });
const post = (text: string): LoadCall => ({ method: 'POST', path: '/prewarm', body: text });

async function benchPolling({ apiUrl, bareUrl }: ApiStack): Promise<readonly Bar[]> {
  const api = createApiReader(apiUrl);
  const requestId = await api.start(EXAMPLE);
  const poll = get(`/prewarm?req_id=${requestId}`);
  const warmUp = (origin: string, call: LoadCall) =>
    putLoad({ origin, callers: POLLERS, next: sameFor(2, call) });
  await warmUp(bareUrl, get('/'));
  await warmUp(apiUrl, poll);

  const bare = await putLoad({
    origin: bareUrl,
    callers: POLLERS,
    next: sameFor(POLL_SECONDS, get('/')),
  });
  const callsBefore = await api.temporalCalls();
  const polled = await putLoad({
    origin: apiUrl,
    callers: POLLERS,
    next: sameFor(POLL_SECONDS, poll),
  });
  const calls = (await api.temporalCalls()) - callsBefore;
  await api.stop(requestId);
  const share = polled.answersPerSecond / bare.answersPerSecond;
  console.log(
    `bare Hono route: ${Math.round(bare.answersPerSecond)} answers/s, p50 ${bare.p50Ms.toFixed(1)} ms, p95 ${bare.p95Ms.toFixed(1)} ms; GET /prewarm gives ${(share * 100).toFixed(0)} % of that`,
  );
  return [
    {
      name: `GET /prewarm, ${POLLERS} pollers, answers/s`,
      value: polled.answersPerSecond,
      atLeast: 2_000,
    },
    { name: `GET /prewarm, ${POLLERS} pollers, p95 ms`, value: polled.p95Ms, atMost: 50 },
    { name: 'GET /prewarm, other statuses than 200', value: polled.otherStatuses, atMost: 0 },
    { name: 'Temporal calls/s for the polled request', value: calls / POLL_SECONDS, atMost: 3 },
  ];
}

async function benchListening({ apiUrl }: ApiStack): Promise<readonly Bar[]> {
  const api = createApiReader(apiUrl);
  const requestId = await api.start(EXAMPLE);
  const callsWith = async (listeners: number): Promise<number> => {
    const before = await api.temporalCalls();
    await api.listen(requestId, listeners, LISTEN_SECONDS);
    return ((await api.temporalCalls()) - before) / LISTEN_SECONDS;
  };
  const alone = await callsWith(1);
  const many = await callsWith(LISTENERS);
  await api.stop(requestId);
  console.log(`Temporal calls/s with 1 listener: ${alone.toFixed(2)}`);
  return [
    {
      name: `Temporal calls/s that ${LISTENERS} listeners add to 1`,
      value: many - alone,
      atMost: 0.5,
    },
  ];
}

async function benchPosting({ apiUrl }: ApiStack): Promise<readonly Bar[]> {
  const api = createApiReader(apiUrl);
  const urls = Array.from(
    { length: LARGE_URLS },
    (_, index) => `https://www.example.com/${LARGE_URL_PADDING}-${index}.jpg?v=2`,
  );
  const postOneByOne = (text: string, total: number) =>
    putLoad({ origin: apiUrl, callers: 1, next: inTurn([post(text)], total) });
  await postOneByOne(EXAMPLE, 10);
  const example = await postOneByOne(EXAMPLE, EXAMPLE_POSTS);
  await api.stopAll();
  const large = await postOneByOne(body(urls), LARGE_POSTS);
  await api.stopAll();
  console.log(`POST of ${LARGE_URLS} URLs: ${(body(urls).length / 1e6).toFixed(2)} MB`);
  return [
    { name: "POST of the document's example, p95 ms", value: example.p95Ms, atMost: 40 },
    { name: `POST of ${LARGE_URLS} URLs, p95 ms`, value: large.p95Ms, atMost: 400 },
    {
      name: 'POST, other statuses than 200',
      value: example.otherStatuses + large.otherStatuses,
      atMost: 0,
    },
  ];
}

async function benchMemory({ apiUrl }: ApiStack): Promise<readonly Bar[]> {
  const api = createApiReader(apiUrl);
  const requestId = await api.start(EXAMPLE);
  const query = `?req_id=${requestId}`;
  const calls: readonly LoadCall[] = [
    ...['/prewarm', '/summary'].map((path) => get(`${path}${query}`)),
    ...['/targets', '/requests', '/instances', '/metrics', '/healthz', '/nowhere'].map(get),
    get(`/reports/${requestId}.csv`),
    get(`/reports/${requestId}/tasks.ndjson`),
    get('/prewarm?req_id=00000000-0000-0000-0000-000000000000'),
    post('{"url_list": ["ftp://bad"]'),
    post('{"url_list": ["ftp://bad"]}'),
  ];
  const mix = () => putLoad({ origin: apiUrl, callers: 10, next: inTurn(calls, MIXED_CALLS) });
  const before = await api.residentBytes();
  await mix();
  const after = await api.residentBytes();
  await mix();
  const later = await api.residentBytes();
  await api.stop(requestId);
  console.log(
    `RSS MiB: ${[before, after, later].map((bytes) => Math.round(bytes / MEBIBYTE)).join(', ')}`,
  );
  return [
    {
      name: `RSS MiB after ${MIXED_CALLS} calls of all kinds`,
      value: after / MEBIBYTE,
      atMost: 250,
    },
    { name: `RSS MiB that ${MIXED_CALLS} more add`, value: (later - after) / MEBIBYTE, atMost: 20 },
  ];
}
