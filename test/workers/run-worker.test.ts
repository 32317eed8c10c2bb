import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createFetchBatchActivity } from '../../activities/fetch-batch.ts';
import { runBatch } from '../../activities/fetch-batch/run-batch.ts';
import { createDataConverter } from '../../codec/payload-codec.ts';
import type { BatchInput } from '../../domain/batch.ts';
import { FETCH_TASK_QUEUE } from '../../domain/ids.ts';
import { runWorker } from '../../workers/run-worker.ts';
import {
  PATIENT_DEADLINES,
  startWorkerOnSimulation,
  type WorkerOnSimulation,
} from '../edge/support/worker-on-simulation.ts';
import { startRawServer } from '../edge/support/raw-server.ts';
import { createTemporalDoor } from '../support/temporal-door.ts';
import { createTestNamespace, type TestNamespace } from '../support/temporal-namespace.ts';
import type { oneBatch } from './support/one-batch.ts';

const WORKFLOW_QUEUE = 'one-batch';

let temporal: TestNamespace;
let simulation: WorkerOnSimulation;
let workflows: Worker;
let workflowsEnded: Promise<void>;

beforeAll(async () => {
  temporal = await createTestNamespace();
  simulation = await startWorkerOnSimulation({ deadlines: PATIENT_DEADLINES });
  workflows = await Worker.create({
    connection: temporal.connection,
    namespace: temporal.namespace,
    taskQueue: WORKFLOW_QUEUE,
    workflowsPath: fileURLToPath(new URL('./support/one-batch.ts', import.meta.url)),
    dataConverter: createDataConverter(),
  });
  workflowsEnded = workflows.run();
});

afterAll(async () => {
  workflows.shutdown();
  await workflowsEnded;
  await simulation.close();
  await temporal.close();
});

beforeEach(() => simulation.cloudFront.reset());

function batch(paths: readonly string[]): BatchInput {
  return {
    requestId: '0b6cbb36-4c0c-4b2f-8e3a-0d6f9f1f6a11',
    depth: 'edge',
    headers: [],
    urls: paths.map((path) => ({ url: `https://www.example.com${path}` })),
    columns: [{ pop: 'NRT57-P3', urls: paths.map((_, index) => index) }],
    domainNames: { 'www.example.com': 'd111111abcdef8.cloudfront.net' },
    heartbeatIntervalMs: 200,
  };
}

/** A fetch worker on the test's Temporal server and simulated CloudFront. */
function startFetchWorker({ address = temporal.address, namespace = temporal.namespace } = {}) {
  const lines: unknown[] = [];
  const stop = new AbortController();
  const means = { tasks: simulation.tasks, drain: stop.signal, drainMs: 300 };
  const ended = runWorker({
    dataConverter: createDataConverter(),
    temporal: { connectionOptions: { address }, namespace },
    taskQueue: FETCH_TASK_QUEUE,
    identity: 'fetch/test/1/slots-2',
    logger: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }),
    stop: stop.signal,
    workerOptions: async () => ({
      activities: {
        fetchBatch: createFetchBatchActivity({
          run: (order) => runBatch({ ...order, ...means }),
        }),
      },
      maxConcurrentActivityTaskExecutions: 2,
      maxHeartbeatThrottleInterval: '1 second',
    }),
  });
  return { stop, ended, lines };
}

async function start(input: BatchInput) {
  return temporal.client.workflow.start<typeof oneBatch>('oneBatch', {
    workflowId: `one-batch-${Math.random()}`,
    taskQueue: WORKFLOW_QUEUE,
    args: [input],
  });
}

/** Resolves when the POP has sent part of a body. */
async function bodyBegun(path: string): Promise<void> {
  const isBegun = () =>
    simulation.cloudFront.inspect.requests({ path, location: 'NRT57-P3' }).total > 0;
  while (!isBegun()) await new Promise((resolve) => setImmediate(resolve));
}

test('runs batches, says that it polls, and ends when it is told to', async () => {
  const worker = startFetchWorker();

  const result = await (await start(batch(['/sizes/3000', '/disabled/a']))).result();
  worker.stop.abort();
  await worker.ended;

  expect(result).toMatchObject({ letters: 'wn', isPartial: false });
  expect(worker.lines).toMatchObject([{ msg: 'worker polling' }, { msg: 'worker stopped' }]);
});

test('returns what is done when it has to end, and fails nothing', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'stall' }, url: '/sizes/70000' });
  const worker = startFetchWorker();
  const handle = await start(batch(['/sizes/70000', '/sizes/3000']));
  await bodyBegun('/sizes/70000');

  worker.stop.abort();
  const [result] = await Promise.all([handle.result(), worker.ended]);

  expect(result).toMatchObject({ isPartial: true });
  expect(result.letters).toMatch(/^2?\.w?$/);
});

test('returns what is done when the workflow is cancelled', async () => {
  simulation.cloudFront.faults.add({ fault: { kind: 'stall' }, url: '/sizes/70000' });
  const worker = startFetchWorker();
  const handle = await start(batch(['/sizes/70000']));
  await bodyBegun('/sizes/70000');

  await handle.cancel();
  const result = await handle.result();
  worker.stop.abort();
  await worker.ended;

  expect(result).toMatchObject({ letters: '.', isPartial: true });
});

test('ends while it connects to what takes connections and never answers', async () => {
  const silent = await startRawServer(() => {});
  const worker = startFetchWorker({ address: `127.0.0.1:${silent.port}` });
  while (silent.accepted() === 0) await new Promise((resolve) => setImmediate(resolve));

  worker.stop.abort();
  await worker.ended;
  const connectionsOpen = silent.open();
  await silent.close();

  // It did not wait for the end of the attempt.
  expect(connectionsOpen).toBe(1);
  expect(worker.lines).toMatchObject([{ msg: 'worker stopped' }]);
});

test('ends soon after Temporal went away, though its polls are never answered', async () => {
  const door = await createTemporalDoor();
  const worker = startFetchWorker({ address: door.address });
  await (await start(batch(['/sizes/3000']))).result();
  await door.shut();

  worker.stop.abort();
  await worker.ended;

  expect(worker.lines).toMatchObject([
    { msg: 'worker polling' },
    { msg: 'ending with polls open: Temporal does not answer them' },
    { msg: 'worker stopped' },
  ]);
});

test.each([
  [
    { address: '127.0.0.1:1' },
    "waiting for Temporal: Temporal can't be reached at 127.0.0.1:1 (Connection refused): start it there, or set TEMPORAL_ADDRESS",
  ],
  [
    { namespace: 'no-such-namespace' },
    'has no namespace "no-such-namespace": create it with `temporal operator namespace create no-such-namespace`, or set TEMPORAL_NAMESPACE',
  ],
])('waits for Temporal and says in one line why: %j', async (place, sentence) => {
  const worker = startFetchWorker(place);
  while (worker.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));

  worker.stop.abort();
  await worker.ended;

  expect(worker.lines[0]).toMatchObject({ ...place, msg: expectText(sentence) });
  expect(worker.lines[0]).not.toHaveProperty('error');
});

test('ends at once when the address can never be used', async () => {
  const worker = startFetchWorker({ address: 'two words' });

  await expect(worker.ended).rejects.toThrow(/^TEMPORAL_\* can't be used \(address "two words"\)/);
});

const expectText = (text: string): unknown => expect.stringContaining(text);
