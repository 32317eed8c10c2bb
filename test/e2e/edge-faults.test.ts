import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../local/edge/fault.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { parseCsv } from '../support/parse-csv.ts';
import {
  getText,
  type ProgressSeen,
  type SummarySeen,
  type TaskSeen,
} from '../support/product-api.ts';
import { useProduct } from '../support/product.ts';

const HOST = 'https://www.example.com';
/** Two regional areas, so that a fault meets leaders and followers. */
const SOUND_POPS = ['FRA56-P4', 'ARN56-P1', 'NRT57-P3', 'KIX56-C1'] as const;
const REFUSING_POP = 'SIN2-P1';
const UNTRUSTED_POP = 'BKK50-C1';
const ABSENT_POP = 'FRA99-P9';

type FaultAtOnePop = {
  readonly fault: Fault;
  readonly times?: number;
  readonly outcome: Outcome;
  /** What the system may call the same thing. */
  readonly orOutcome?: Outcome;
};

/** Each strikes one URL at one POP; all others of that URL and POP go on as if nothing were. */
const FAULTS_AT_ONE_POP: readonly FaultAtOnePop[] = [
  { fault: { kind: 'status', status: 400 }, outcome: 'client_error' },
  { fault: { kind: 'status', status: 403 }, outcome: 'forbidden' },
  { fault: { kind: 'status', status: 404 }, outcome: 'not_found' },
  { fault: { kind: 'status', status: 502 }, outcome: 'server_error' },
  { fault: { kind: 'status', status: 503 }, times: 1, outcome: 'warm' },
  { fault: { kind: 'truncate' }, outcome: 'truncated' },
  { fault: { kind: 'truncate' }, times: 1, outcome: 'warm' },
  // libuv reports a reset that comes together with data as the end of the data.
  { fault: { kind: 'reset' }, outcome: 'protocol_error', orOutcome: 'truncated' },
  { fault: { kind: 'reset', afterBytes: 0 }, times: 1, outcome: 'warm' },
  { fault: { kind: 'wrong_pop' }, outcome: 'wrong_pop' },
  { fault: { kind: 'sibling_pop' }, outcome: 'sibling_pop' },
  { fault: { kind: 'no_cloudfront_headers' }, outcome: 'not_cloudfront' },
  { fault: { kind: 'no_server_timing' }, outcome: 'filled' },
  { fault: { kind: 'doubled_pop' }, outcome: 'warm' },
  { fault: { kind: 'latency', firstByteMs: 1_500 }, outcome: 'warm' },
  { fault: { kind: 'slow', bytesPerSecond: 40_000 }, times: 1, outcome: 'warm' },
  {
    fault: { kind: 'limit_exceeded', requestsPerSecond: 0, cachedForSeconds: 1 },
    times: 1,
    outcome: 'warm',
  },
];

/** What is wrong with these URLs is wrong at every POP. */
const URLS_WITH_OUTCOME: ReadonlyMap<string, Outcome> = new Map([
  [`${HOST}/disabled/a`, 'not_cacheable'],
  [`${HOST}/ttl0/a`, 'not_cacheable'],
  [`${HOST}/private/a`, 'not_cacheable'],
  [`${HOST}/missing/a`, 'not_found'],
  [`${HOST}/error/a`, 'server_error'],
  ['http://www.example.com/secure/a', 'redirected'],
  ['http://www.example.com/https-only/a', 'forbidden'],
  ['https://elsewhere.example.org/a', 'host_not_served'],
  [`${HOST}/no-timing/a`, 'filled'],
  [`${HOST}/empty.txt`, 'warm'],
]);

const WARMED: ReadonlySet<string> = new Set(['warm', 'filled']);

function urlOfFault(index: number): string {
  return `${HOST}/sizes/${60_000 + index}`;
}

function popOfFault(index: number): string {
  return SOUND_POPS[index % SOUND_POPS.length] ?? '';
}

function isSound(pop: string): boolean {
  return SOUND_POPS.some((each) => each === pop);
}

const product = useProduct();
const urls = [
  ...FAULTS_AT_ONE_POP.map((_, index) => urlOfFault(index)),
  ...URLS_WITH_OUTCOME.keys(),
];
let progress: ProgressSeen;
let summary: SummarySeen;
let tasks: readonly TaskSeen[];
let csv: readonly string[][];

beforeAll(async () => {
  const { api, edge } = product();
  await edge.addFault({ fault: { kind: 'refuse' }, pop: REFUSING_POP });
  await edge.addFault({
    fault: { kind: 'wrong_certificate', certificate: 'wrong_name' },
    pop: UNTRUSTED_POP,
  });
  for (const [index, { fault, times }] of FAULTS_AT_ONE_POP.entries()) {
    const where = { url: urlOfFault(index), pop: popOfFault(index) };
    await edge.addFault({ fault, ...where, ...(times === undefined ? {} : { times }) });
  }
  const requestId = await api.prewarm({
    url_list: urls,
    cf_domain: 'www.example.com',
    target_type: 'pop',
    pops: [...SOUND_POPS, REFUSING_POP, UNTRUSTED_POP, ABSENT_POP],
    timeout: 5,
    instance_count: 0,
  });
  progress = await api.ended(requestId);
  summary = await api.summary(requestId);
  tasks = await api.tasks(requestId);
  csv = parseCsv(await getText(summary.failure_pop_urls_report));
});

test('gives each fault its own outcome and every other task its warmth', () => {
  const expected: Record<string, Outcome> = {};
  const aliases = new Map<string, Outcome>();
  for (const pop of SOUND_POPS) {
    for (const [url, outcome] of URLS_WITH_OUTCOME) expected[`${url} ${pop}`] = outcome;
    for (const [index, { outcome, orOutcome }] of FAULTS_AT_ONE_POP.entries()) {
      const isStruck = popOfFault(index) === pop;
      expected[`${urlOfFault(index)} ${pop}`] = isStruck ? outcome : 'warm';
      if (isStruck && orOutcome !== undefined)
        aliases.set(`${urlOfFault(index)} ${pop} ${orOutcome}`, outcome);
    }
  }

  const seen = tasks
    .filter(({ pop }) => isSound(pop))
    .map(({ url, pop, outcome }) => [
      `${url} ${pop}`,
      aliases.get(`${url} ${pop} ${outcome}`) ?? outcome,
    ]);

  expect(Object.fromEntries(seen)).toEqual(expected);
  expect(progress.status).toBe('FINISHED');
});

test('warms nothing through POPs that refuse or show a wrong certificate, and names them', () => {
  const through = (pop: string): string[] => [
    ...new Set(
      tasks
        .filter((task) => task.pop === pop && task.url.includes('/sizes/'))
        .map(({ outcome }) => outcome),
    ),
  ];

  expect(['connect_failed', 'pop_unreachable']).toEqual(
    expect.arrayContaining(through(REFUSING_POP)),
  );
  expect(through(UNTRUSTED_POP)).toEqual(['tls_failed']);
  expect(summary.failure_pops.toSorted()).toEqual([UNTRUSTED_POP, ABSENT_POP, REFUSING_POP]);
});

test('lists the URLs that are warm nowhere, and only those', () => {
  const cold = [...URLS_WITH_OUTCOME].filter(([, outcome]) => !WARMED.has(outcome));

  expect(summary.failure_urls.toSorted()).toEqual(cold.map(([url]) => url).sort());
});

test('gives every outcome a meaning and a hint', () => {
  const counts = new Map<string, number>();
  for (const { outcome } of tasks) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);

  const told = Object.entries(summary.outcomes);

  expect(Object.fromEntries(told.map(([outcome, { count }]) => [outcome, count]))).toEqual(
    Object.fromEntries(counts),
  );
  for (const [, { meaning, hint }] of told) expect([meaning, hint]).not.toContain('');
});

test('lists every task that is not warm in the CSV, with its outcome', () => {
  const [header, ...rows] = csv;
  const cold = tasks.filter(({ outcome }) => !WARMED.has(outcome));
  const wordsOf = ([pop = '', url = '', error = '']: readonly string[]): string =>
    `${pop} ${url} ${/^\w+/.exec(error)?.[0]}`;

  const taskRows = rows.filter(([pop]) => pop !== ABSENT_POP);

  expect(header).toEqual(['pop', 'url', 'error', 'command']);
  expect(taskRows.map(wordsOf).sort()).toEqual(
    cold.map(({ pop, url, outcome }) => `${pop} ${url} ${outcome}`).sort(),
  );
  expect(rows.filter(([pop]) => pop === ABSENT_POP)).toHaveLength(1);
});

test('counts every task once', () => {
  const { total_count, download_count, failed_count } = progress;
  const warmed = tasks.filter(({ outcome }) => WARMED.has(outcome)).length;

  expect(total_count).toBe(urls.length * (SOUND_POPS.length + 2));
  expect(download_count).toBe(warmed);
  expect(failed_count).toBe(total_count - warmed);
  expect(progress.in_progress_task_count + progress.available_task_count).toBe(0);
});

test('writes commands into the CSV that repeat the fetch', async () => {
  const forbidden = csv.find(([, , error]) => error?.startsWith('client_error'));

  const ran = await promisify(execFile)('sh', ['-c', forbidden?.[3] ?? ''], {
    env: { ...process.env, CURL_CA_BUNDLE: product().caFile },
  });

  expect(ran.stdout).toMatch(/^HTTP\/1\.1 400 /);
});
