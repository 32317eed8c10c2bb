import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { parseCsv } from '../support/parse-csv.ts';
import { getJson, getText } from '../support/product-api.ts';
import { useProduct } from '../support/product.ts';
import { createViewer } from '../support/viewer.ts';

const HOST = 'https://www.example.com';
/** Three regional areas: Frankfurt, Tokyo, Virginia. */
const POPS = ['FRA56-P4', 'ARN56-P1', 'WAW50-C1', 'NRT57-P3', 'KIX56-C1', 'IAD89-P1', 'MIA3-P4'];
const AREAS = 3;

/** Nothing goes wrong with these. */
const SOUND_PATHS = [
  '/index.html',
  '/empty.txt',
  '/css/site.css',
  '/img/hero.jpg',
  '/chunked/70000',
  '/sizes/3000000',
  '/no-timing/a',
  '/query/a?b=1',
];
/** These are what CloudFront doesn't keep, or what goes wrong at one of the POPs. */
const UNSOUND_PATHS = [
  '/disabled/a',
  '/ttl0/a',
  '/private/a',
  '/missing/a',
  '/error/a',
  '/sizes/50001',
  '/sizes/50002',
  '/sizes/50003',
  '/sizes/50004',
];

const JSON_TYPE = { 'content-type': 'application/json' };

const timestamp = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6}$/);
const moments = { created_at: timestamp, last_update_time: timestamp, timestamp };
/** Every field of the contract's three answers, in its type and format. */
const contract = {
  accepted: z.object({
    status: z.literal('Success'),
    error_message: z.literal(''),
    error_urls: z.array(z.string()).max(0),
    request_id: z.uuid(),
    timestamp,
    timeout_at: timestamp,
  }),
  progress: z.object({
    ...moments,
    request_id: z.uuid(),
    status: z.literal('FINISHED'),
    download_size: z.int().positive(),
    total_size: z.int().positive(),
    percentage_complete: z.int(),
    available_task_count: z.literal(0),
    in_progress_task_count: z.literal(0),
    download_count: z.int(),
    total_count: z.int(),
  }),
  summary: z.object({
    ...moments,
    request_id: z.uuid(),
    status: z.literal('FINISHED'),
    failure_pops: z.array(z.string()),
    failure_urls: z.array(z.string()),
    failure_pop_urls_report: z.url(),
  }),
};

/** The example of the API contract, as it stands there. */
const EXAMPLE = `{
    "url_list": [
        "https://www.example.com/index.html",
        "https://www.example.com/css/bootstrap-icons.css"
    ],
    "cf_domain": "www.example.com",
    "target_type": "pop",
    "countries": [],
    "regions": [],
    "pops": [
        "ATL56-C1",
        "SIN2-C1",
        "DFW55-C3"
    ],
    "timeout": 5,
    "header": [],
    "instance_count": 1,
    "need_invalidate": false
}`;

const product = useProduct();
async function addMixedFaults(): Promise<void> {
  const { edge } = product();
  await edge.addFault({ fault: { kind: 'truncate' }, url: '/sizes/50001', pop: 'NRT57-P3' });
  await edge.addFault({ fault: { kind: 'status', status: 403 }, url: '/sizes/50002', pop: 'FRA*' });
  await edge.addFault({ fault: { kind: 'reset' }, url: '/sizes/50003', pop: 'MIA3-P4', times: 1 });
  await edge.addFault({
    fault: { kind: 'status', status: 500 },
    url: '/sizes/50004',
    pop: 'ARN56-P1',
    times: 1,
  });
}

function taskKey(pop: string, path: string): string {
  return `${pop} ${path}`;
}

/** What the POPs' own caches hold whole: what a browser would get from them at once. */
async function heldByPops(): Promise<string[]> {
  const held = await product().edge.caches({ kind: 'pop', state: 'complete' });
  return held.map(({ location, path }) => taskKey(location, path)).sort();
}

test.each(['A', 'B'] as const)(
  'calls warm exactly what the POPs themselves hold, under admission rule %s, with mixed faults',
  async (rule) => {
    const { api, edge } = product();
    await edge.reset();
    await edge.setAdmission(rule);
    await addMixedFaults();

    const requestId = await api.prewarm({
      url_list: [...SOUND_PATHS, ...UNSOUND_PATHS].map((path) => `${HOST}${path}`),
      cf_domain: 'www.example.com',
      target_type: 'pop',
      pops: POPS,
      timeout: 5,
      instance_count: 0,
    });
    const progress = await api.ended(requestId);

    const tasks = await api.tasks(requestId);
    const warmed = tasks.filter(({ outcome }) => outcome === 'warm' || outcome === 'filled');
    const warmedKeys = warmed.map(({ pop, url }) => taskKey(pop, url.slice(HOST.length))).sort();
    expect(progress.status).toBe('FINISHED');
    expect(tasks).toHaveLength(POPS.length * (SOUND_PATHS.length + UNSOUND_PATHS.length));
    expect(warmedKeys).toEqual(await heldByPops());
    expect(progress.download_count).toBe(warmed.length);
    expect(warmed.length).toBeGreaterThan(POPS.length * SOUND_PATHS.length);
  },
);

test('leaves each warm task a Hit from EDGE for the next viewer', async () => {
  const { api, edge, directory, caPem } = product();
  const viewer = createViewer(directory, caPem);
  onTestFinished(() => viewer.close());
  await edge.reset();
  await edge.setAdmission('A');
  const url_list = SOUND_PATHS.map((path) => `${HOST}${path}`);

  const requestId = await api.prewarm({
    url_list,
    cf_domain: 'www.example.com',
    target_type: 'pop',
    pops: POPS,
    timeout: 5,
    instance_count: 0,
  });
  const progress = await api.ended(requestId);
  const tasks = await api.tasks(requestId);
  const answers = await Promise.all(tasks.map(({ pop, url }) => viewer.get(pop, url)));

  expect(progress.download_count).toBe(POPS.length * SOUND_PATHS.length);
  for (const [index, { status, xCache, serverTiming, servedBy }] of answers.entries()) {
    const { pop, outcome } = tasks[index] ?? {};
    expect({ status, xCache, servedBy }).toEqual({ status: 200, xCache: 'Hit', servedBy: pop });
    const isProvable = serverTiming.includes('cdn-hit-layer;desc="EDGE"');
    expect(outcome).toBe(isProvable ? 'warm' : 'filled');
  }
});

test('asks the origin for each URL at most once a regional area', async () => {
  const { api, edge } = product();
  await edge.reset();
  const paths = Array.from({ length: 40 }, (_, index) => `/sizes/${1_000 + index}`);

  const requestId = await api.prewarm({
    url_list: paths.map((path) => `${HOST}${path}`),
    cf_domain: 'www.example.com',
    target_type: 'pop',
    pops: POPS,
    timeout: 5,
    instance_count: 0,
  });
  await api.ended(requestId);

  const gets = await edge.originGets();
  expect(paths.map((path) => gets.get(path))).toEqual(paths.map(() => AREAS));
});

test('asks the origin once for a URL behind Origin Shield, and serves several distributions in one request', async () => {
  const { api, edge } = product();
  await edge.reset();
  const shielded = Array.from({ length: 10 }, (_, index) => `/sizes/${2_000 + index}`);
  const plain = Array.from({ length: 10 }, (_, index) => `/sizes/${3_000 + index}`);

  const requestId = await api.prewarm({
    url_list: [
      ...shielded.map((path) => `https://shield.example.com${path}`),
      ...plain.map((path) => `https://static.example.com${path}`),
    ],
    target_type: 'pop',
    pops: POPS,
    timeout: 5,
    instance_count: 0,
  });
  const progress = await api.ended(requestId);

  const gets = await edge.originGets();
  const { outcomes } = await api.summary(requestId);
  expect(shielded.map((path) => gets.get(path))).toEqual(shielded.map(() => 1));
  expect(plain.map((path) => gets.get(path))).toEqual(plain.map(() => AREAS));
  expect(progress).toMatchObject({ status: 'FINISHED', download_count: 20 * POPS.length });
  // The second distribution sends no Server-Timing, so its layer can't be proven.
  expect(outcomes).toMatchObject({
    warm: { count: 10 * POPS.length },
    filled: { count: 10 * POPS.length },
  });
});

test("serves the contract's own example in the contract's formats", async () => {
  const { url, ended } = product().api;

  const call = { method: 'POST', body: EXAMPLE, headers: JSON_TYPE };
  const accepted = contract.accepted.parse(await getJson(`${url}/prewarm`, call));
  const query = `req_id=${accepted.request_id}`;
  await ended(accepted.request_id);
  const progress = contract.progress.parse(await getJson(`${url}/prewarm?${query}`));
  const summary = contract.summary.parse(await getJson(`${url}/summary?${query}`));
  const [header, ...rows] = parseCsv(await getText(summary.failure_pop_urls_report));

  const dead = 'https://www.example.com/css/bootstrap-icons.css';
  const [from, to] = [accepted.timestamp, accepted.timeout_at].map((at) => Date.parse(`${at}Z`));
  expect(Number(to) - Number(from)).toBe(5 * 60_000);
  expect(progress).toMatchObject({ total_count: 6, download_count: 3, percentage_complete: 50 });
  expect(progress.created_at).toBe(accepted.timestamp);
  expect(summary).toMatchObject({ failure_pops: [], failure_urls: [dead] });
  expect(header).toEqual(['pop', 'url', 'error', 'command']);
  expect(rows.map(([pop, cold]) => `${pop} ${cold}`).sort()).toEqual([
    `ATL56-C1 ${dead}`,
    `DFW55-C3 ${dead}`,
    `SIN2-C1 ${dead}`,
  ]);
});
