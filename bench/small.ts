import { SAMPLE_POPS, sampleRequest } from '../local/sample.ts';
import { sampleUrls } from '../local/edge/sample-site.ts';
import { percentile } from './percentile.ts';
import { type ProductStack, startProductStack } from './product-stack.ts';
import { readOptions } from './read-options.ts';
import { type RequestTimes, timesOf } from './request-times.ts';

const HELP = `npm run bench -- small [--runs N] [--sample-runs N]

Times requests from POST, with the product as npm start runs it and two fetch workers up, each from
empty caches: 2 URLs through 3 POPs, and the sample (24 URLs, 12 POPs). Prints p50 and p95 until the
workflow has ended, until GET /prewarm says FINISHED, and until the first fetch. Linux only.

  --runs N         requests of 2 URLs [20]
  --sample-runs N  samples            [3]`;

const SMALL_URLS = sampleUrls().filter((url) => /index\.html$|app\.js$/.test(url));
/** One in each of three regional areas, as three POPs of a caller usually are. */
const SMALL_POPS = ['FRA56-P4', 'IAD89-P1', 'NRT57-P3'];

/** Times small requests, prints a table, and fails when one did not finish with everything warm. */
export async function run(): Promise<void> {
  const option = readOptions(HELP, { runs: 20, 'sample-runs': 3 });
  if (option === undefined) return;
  const stack = await startProductStack();
  try {
    const small = sampleRequest(SMALL_URLS, SMALL_POPS);
    await timeRequests(stack, small, 1);
    const name = `${SMALL_URLS.length} URLs × ${SMALL_POPS.length} POPs`;
    print(name, await timeRequests(stack, small, option('runs')));
    const sample = await timeRequests(stack, sampleRequest(), option('sample-runs'));
    print(`sample, ${sampleUrls().length} URLs × ${SAMPLE_POPS.length} POPs`, sample);
  } finally {
    await stack.close();
  }
}

async function timeRequests(
  stack: ProductStack,
  request: Readonly<Record<string, unknown>>,
  runs: number,
): Promise<RequestTimes[]> {
  const times: RequestTimes[] = [];
  for (let attempt = 0; attempt < runs; attempt += 1) {
    await stack.edge.reset();
    times.push(await timesOf(stack, request));
  }
  return times;
}

function print(name: string, all: readonly RequestTimes[]): void {
  console.log(`\n${name}, ${all.length} requests`);
  console.log('ms from POST to         p50     p95');
  const line = (what: string, read: (times: RequestTimes) => number): void => {
    const values = all.map(read);
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(values, share).toFixed(0).padStart(8));
    console.log(`${what.padEnd(20)}${p50}${p95}`);
  };
  line('its answer', ({ answeredMs }) => answeredMs);
  line('first fetch', ({ firstFetchMs }) => firstFetchMs);
  line('workflow ended', ({ endedMs }) => endedMs);
  line('GET says FINISHED', ({ finishedMs }) => finishedMs);
  const [last] = all.slice(-1);
  if (last !== undefined) {
    const { workflowTasks, activities, events } = last;
    console.log(
      `the last: ${activities} activities, ${workflowTasks} workflow tasks, ${events} events`,
    );
  }
  if (!all.every(({ isAllWarm }) => isAllWarm)) {
    console.log('MISSED not every task got warm');
    process.exitCode = 1;
  }
}
