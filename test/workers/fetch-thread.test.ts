import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BatchHeartbeat, BatchInput } from '../../domain/batch.ts';
import { projectRoot } from '../../local/project-root.ts';
import {
  createSimulatedCloudFront,
  type SimulatedCloudFront,
} from '../../local/edge/simulated-cloudfront.ts';
import { isBuildFresh } from '../../local/setup/build-stamp.mjs';
import { type FetchThread, startFetchThread } from '../../workers/start-fetch-thread.ts';
import { POPS } from '../edge/support/worker-on-simulation.ts';

const FILE = pathToFileURL(join(projectRoot(), 'dist/workers/fetch-thread.js'));

let folder: string;
let cloudFront: SimulatedCloudFront;
let thread: FetchThread;

beforeAll(async () => {
  if (!isBuildFresh(projectRoot())) throw new Error('dist/ is stale: run `npm run build` first');
  folder = await mkdtemp(join(tmpdir(), 'fetch-thread-'));
  cloudFront = createSimulatedCloudFront({ pops: POPS });
  await cloudFront.start();
  await writeFile(join(folder, 'ca.pem'), cloudFront.caPem);
  await writeFile(join(folder, 'pops.json'), JSON.stringify(cloudFront.directory()));
  thread = await start();
});

afterAll(async () => {
  await thread.close();
  await cloudFront.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => cloudFront.reset());

async function start({ edgeCaFile = join(folder, 'ca.pem') } = {}): Promise<FetchThread> {
  return startFetchThread(FILE, {
    edgeCaFile,
    edgeDirectory: join(folder, 'pops.json'),
    edgeDnsServers: undefined,
    edgeDnsSuffix: 'cloudfront.net',
    fetchConnectionsPerPop: 8,
    fetchEngine: 'edge',
    fetchMaxBytesPerSecond: undefined,
    fetchMaxConnections: 256,
    fetchMaxRpsPerPop: 5_000,
    logLevel: 'silent',
    drainMs: 100,
  });
}

function batch(paths: readonly string[], overrides: Partial<BatchInput> = {}): BatchInput {
  return {
    requestId: '0b6cbb36-4c0c-4b2f-8e3a-0d6f9f1f6a11',
    depth: 'edge',
    headers: [],
    urls: paths.map((path) => ({ url: `https://www.example.com${path}` })),
    columns: [{ pop: 'NRT57-P3', urls: paths.map((_, index) => index) }],
    domainNames: { 'www.example.com': 'd111111abcdef8.cloudfront.net' },
    heartbeatIntervalMs: 20,
    ...overrides,
  };
}

function order(input: BatchInput, onHeartbeat: (heartbeat: BatchHeartbeat) => void = () => {}) {
  const cancel = new AbortController();
  return { cancel, result: thread.run({ input, cancel: cancel.signal, onHeartbeat }) };
}

/** A batch with one task done and one that stalls, as soon as its heartbeat says so. */
async function halfDone() {
  cloudFront.faults.add({ fault: { kind: 'stall' }, url: '/sizes/70000' });
  let onHalf = (): void => undefined;
  const half = new Promise<void>((resolve) => (onHalf = resolve));
  const ordered = order(batch(['/sizes/3000', '/sizes/70000']), ({ letters }) => {
    if (letters === 'w.') onHalf();
  });
  await half;
  return ordered;
}

test('runs batches side by side and tells each its own heartbeats and result', async () => {
  const heartbeats: string[] = [];
  const first = order(batch(['/sizes/3000', '/disabled/a']), () => heartbeats.push('first'));
  const second = order(batch(['/empty.txt'], { depth: 'regional' }), () =>
    heartbeats.push('second'),
  );

  expect(await first.result).toMatchObject({ letters: 'wn', isPartial: false });
  expect(await second.result).toMatchObject({ letters: 'r', isPartial: false });
  expect(new Set(heartbeats)).toEqual(new Set(['first', 'second']));
});

test('returns what is done of a batch that is cancelled', async () => {
  const { cancel, result } = await halfDone();

  cancel.abort();

  expect(await result).toMatchObject({ letters: 'w.', isPartial: true });
});

test('tries nothing of a batch that was cancelled before', async () => {
  const cancel = AbortSignal.abort();

  const result = await thread.run({
    input: batch(['/sizes/3000']),
    cancel,
    onHeartbeat: () => undefined,
  });

  expect(result).toMatchObject({ letters: '.', isPartial: true });
});

test('fails a batch with the defect that ended it, and runs the next one', async () => {
  const broken = batch(['/sizes/3000'], { urls: [{ url: 'no URL' }] });
  const { result } = order({ ...broken, domainNames: { 'o URL': 'd1.cloudfront.net' } });

  await expect(result).rejects.toThrow('Invalid URL');
  expect(await order(batch(['/sizes/3000'])).result).toMatchObject({ letters: 'w' });
});

test('does not start where what it needs is not there', async () => {
  await expect(start({ edgeCaFile: join(folder, 'missing.pem') })).rejects.toThrow('missing.pem');
});

// Last, since a drained thread takes no work again.
test('returns what is done when the worker drains', async () => {
  const { result } = await halfDone();

  thread.drain();

  expect(await result).toMatchObject({ letters: 'w.', isPartial: true });
});
