import { availableParallelism, loadavg } from 'node:os';
import { type Pass, passOfCurl } from './end-to-end-curl.ts';
import { type RequestPass, passOfRequest } from './end-to-end-request.ts';
import { type EndToEndWork, endToEndWork, urlsOf } from './end-to-end-work.ts';
import { readOptions } from './read-options.ts';
import { type ProductStack, startProductStack } from './product-stack.ts';

const HELP = `npm run bench -- end-to-end [--urls N] [--pops N] [--rounds N]

Warms 1,000 URLs of 1 KB through 20 POPs, from empty caches, with the product as npm start runs it
and two fetch workers; and GETs the same list once with curl. Prints what both took. Linux only.

  --urls N     URLs, at most 2,047         [1000]
  --pops N     POPs, four a regional area  [20]
  --rounds N   curl, regional, edge, again [1]`;

type Column = {
  readonly name: string;
  readonly pass: Pass & Partial<RequestPass>;
  readonly cpu: ReadonlyMap<string, number>;
};

/** Measures whole requests beside curl, prints the table, and fails unless every task got warm. */
export async function run(): Promise<void> {
  const option = readOptions(HELP, { urls: 1_000, pops: 20, rounds: 1 });
  if (option === undefined) return;
  const work = endToEndWork(option('urls'), option('pops'));
  const stack = await startProductStack();
  try {
    console.log(titleOf(work));
    for (let round = 0; round < option('rounds'); round += 1) {
      const columns = await measureRound(stack, work);
      printTable(columns);
      if (columns.some(({ pass }) => pass.warmedTasks !== pass.tasks)) {
        console.log('MISSED not every task got warm');
        process.exitCode = 1;
      }
    }
  } finally {
    await stack.close();
  }
}

function titleOf(work: EndToEndWork): string {
  const load = loadavg()[0]?.toFixed(1);
  return (
    `${urlsOf(work)} URLs of 1 KB × ${work.pops.length} POPs in ${work.areas} regional areas, ` +
    `2 fetch workers; ${availableParallelism()} cores for everything, load before ${load}`
  );
}

async function measureRound(stack: ProductStack, work: EndToEndWork): Promise<Column[]> {
  const measure = async (name: string, take: () => Promise<Column['pass']>): Promise<Column> => {
    await stack.edge.reset();
    const before = stack.cpuSeconds();
    const pass = await take();
    const used = [...stack.cpuSeconds()].map(
      ([process, seconds]) => [process, seconds - (before.get(process) ?? 0)] as const,
    );
    return { name, pass, cpu: new Map(used) };
  };
  let curlCpuSeconds = 0;
  const curl = await measure('curl -Z', async () => {
    const pass = await passOfCurl(stack, work);
    curlCpuSeconds = pass.cpuSeconds;
    return pass;
  });
  return [
    { ...curl, cpu: new Map([...curl.cpu, ['curl', curlCpuSeconds]]) },
    await measure('depth regional', () => passOfRequest(stack, work, 'regional')),
    await measure('depth edge', () => passOfRequest(stack, work, 'edge')),
  ];
}

function printTable(columns: readonly Column[]): void {
  const row = (name: string, cell: (column: Column) => string | number | undefined): void => {
    const cells = columns.map((column) => String(cell(column) ?? '-').padStart(16));
    console.log(`${name.padEnd(30)}${cells.join('')}`);
  };
  const curl = columns[0]?.pass;
  const share = (one: number): string => (curl === undefined ? '-' : one.toFixed(2));
  row('', ({ name }) => name);
  row('seconds', ({ pass }) => pass.seconds.toFixed(2));
  row('fetch tasks/s', ({ pass }) => ((pass.tasks ?? pass.gets) / pass.seconds).toFixed(0));
  row('GETs', ({ pass }) => pass.gets);
  row('GETs/s', ({ pass }) => rate(pass).toFixed(0));
  row('tasks/s, share of curl', ({ pass }) => share((curl?.seconds ?? 0) / pass.seconds));
  row('GETs/s, share of curl', ({ pass }) => share(rate(pass) / (curl ? rate(curl) : 1)));
  row('origin requests per URL', ({ pass }) => pass.originRequestsPerUrl?.toFixed(2));
  row('GET /prewarm, answers', ({ pass }) => pass.polls);
  row('GET /prewarm, p50 ms', ({ pass }) => pass.pollP50Ms?.toFixed(1));
  row('GET /prewarm, p95 ms', ({ pass }) => pass.pollP95Ms?.toFixed(1));
  row('events of the workflow', ({ pass }) => pass.events);
  row('runs of the workflow', ({ pass }) => pass.runs);
  const processes = new Set(columns.flatMap(({ cpu }) => [...cpu.keys()]));
  for (const process of processes) {
    row(`CPU s, ${process}`, ({ cpu }) => cpu.get(process)?.toFixed(2));
  }
  console.log('');
}

function rate({ gets, seconds }: Pass): number {
  return gets / seconds;
}
