import { fileURLToPath } from 'node:url';
import { LiveClient } from './engine-live-client.ts';
import type { ClientResult, ClientTask } from './engine-messages.ts';
import { HOST, OBJECT_BYTES, POPS } from './engine-objects.ts';
import { runClient } from './engine-tools.ts';

/** One client's measures in one round. */
export type Measure = {
  readonly requests: number;
  readonly bodyBytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly maximumRssBytes: number;
  /** Cores that other programs took meanwhile: above 0.15 the measure is in doubt. */
  readonly foreignCores: number;
  /** What our own engines say beside that. */
  readonly result?: ClientResult;
};

/** A client that takes part in a cell. */
export type Contender = { readonly name: string; readonly open: () => Promise<OpenContender> };

/** A client that is ready to be measured, some times, until it is closed. */
export type OpenContender = {
  readonly measureOnce: () => Promise<Measure>;
  readonly close: () => Promise<void>;
};

/** What the clients of a cell fetch. */
export type Work = Omit<ClientTask, 'engine'>;

const [FIRST_POP = { pop: '', address: '127.0.1.1' }] = POPS;

/** One of our engines, in a process of its own; `nodeFlags` are Node's. */
export function engineContender(
  engine: ClientTask['engine'],
  work: Work,
  nodeFlags: readonly string[] = [],
): Contender {
  const task: ClientTask = { engine, ...work };
  return { name: engine, open: () => openOwn('engine-client', task, nodeFlags) };
}

/** The whole fetch worker on the product's engine, in a process of its own. */
export function workerContender(work: Work): Contender {
  const task: ClientTask = { engine: 'edge', ...work };
  return { name: 'worker', open: () => openOwn('engine-worker', task) };
}

/** The same modules run as TypeScript and as what was built of them. */
async function openOwn(
  module: string,
  task: ClientTask,
  nodeFlags: readonly string[] = [],
): Promise<OpenContender> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = fileURLToPath(new URL(`${module}.${extension}`, import.meta.url));
  const client = new LiveClient([process.execPath, ...nodeFlags, file, JSON.stringify(task)]);
  await client.ready();
  return {
    async measureOnce() {
      const { result, ...use } = await client.measure();
      const { requests, bodyBytes, seconds, cpuSeconds } = result;
      return { ...use, requests, bodyBytes, seconds, cpuSeconds, result };
    },
    close: () => client.close(),
  };
}

/** wrk with one thread; it does not check certificates, answers or POPs. */
export function wrkContender({ scheme, port, object, connections, seconds }: Work): Contender {
  const url = `${scheme}://${FIRST_POP.address}:${port}/${object}/1`;
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '-H', `Host: ${HOST}`];
  return toolContender('wrk', async () => {
    const use = await runClient('wrk', [...flags, url]);
    if (/Non-2xx|Socket errors/.test(use.stdout)) throw new Error(`wrk failed: ${use.stdout}`);
    const [, count = '', took = ''] = /(\d+) requests in ([\d.]+)s/.exec(use.stdout) ?? [];
    const requests = Number(count);
    const bodyBytes = requests * OBJECT_BYTES[object];
    return { ...use, requests, bodyBytes, seconds: Number(took) };
  });
}

/** One curl process with parallel transfers; as many requests as fill some seconds. */
export function curlContender(work: Work, requests: number): Contender {
  const flags = ['-Z', '--parallel-max', String(work.connections), '-f', ...curlFlags(work)];
  return toolContender('curl -Z', async () => {
    const use = await runClient('curl', [...flags, `${curlUrl(work)}/[1-${requests}]`]);
    return { ...use, requests, bodyBytes: requests * OBJECT_BYTES[work.object] };
  });
}

/** One curl process a fetch, six at once, as agents without an HTTP client of their own do it. */
export function curlProcessesContender(work: Work, requests: number): Contender {
  const command = ['curl', ...curlFlags(work), `${curlUrl(work)}/{}`].join(' ');
  // xargs takes bash's place, so that its CPU time, with that of its children, is seen.
  const script = `exec xargs -P 6 -I '{}' -a <(seq 1 ${requests}) ${command}`;
  return toolContender('curl a fetch', async () => {
    const use = await runClient('bash', ['-c', script]);
    return { ...use, requests, bodyBytes: requests * OBJECT_BYTES[work.object] };
  });
}

/** curl on one connection, one request after the other; counts the transfers' own time. */
export function curlSerialContender(work: Work, requests: number): Contender {
  const flags = ['-f', ...curlFlags(work), '-w', '%{time_total}\\n'];
  return toolContender('curl', async () => {
    const use = await runClient('curl', [...flags, `${curlUrl(work)}/[1-${requests}]`]);
    const times = use.stdout.trim().split('\n').map(Number);
    const seconds = times.reduce((sum, time) => sum + time, 0);
    return { ...use, requests, bodyBytes: requests * OBJECT_BYTES[work.object], seconds };
  });
}

/** A program that needs no warm-up: a process a measure. */
function toolContender(name: string, measureOnce: () => Promise<Measure>): Contender {
  return { name, open: () => Promise.resolve({ measureOnce, close: () => Promise.resolve() }) };
}

function curlFlags({ caFile, port, address }: Work): string[] {
  const resolve = `${HOST}:${port}:${address ?? FIRST_POP.address}`;
  return [
    '-s',
    '--no-progress-meter',
    '--http1.1',
    '-o',
    '/dev/null',
    '--cacert',
    caFile,
    '--resolve',
    resolve,
  ];
}

function curlUrl({ scheme, port, object }: Work): string {
  return `${scheme}://${HOST}:${port}/${object}`;
}
