import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRequestReader } from '../../api/reading/request-reader.ts';
import { containing } from './stub/matchers.ts';
import { prewarmInput } from './stub/prewarm-input.ts';
import { type StubService, startRequest, startStubService } from './stub/stub-service.ts';
import { endSignal } from './stub/workflows.ts';

let service: StubService;

beforeAll(async () => {
  service = await startStubService();
});

afterAll(() => service.close());

const inMs = () => Date.now() + 10_000;

function createReader(now: () => number = Date.now) {
  // Deadlines go by the real clock, whatever the reader's own says.
  const gateway = {
    ...service.gateway,
    describe: async (requestId: string) => service.gateway.describe(requestId, inMs()),
    progress: async (requestId: string) => service.gateway.progress(requestId, inMs()),
  };
  const answers: string[] = [];
  const metrics = { countCacheAnswer: (answer: string) => void answers.push(answer) };
  const reader = createRequestReader({ gateway, metrics, now });
  return { reader, answers };
}

async function untilHeartbeat(requestId: string): Promise<void> {
  for (;;) {
    const { pendingFetches } = await service.gateway.describe(requestId, inMs());
    if (pendingFetches.some(({ heartbeat }) => heartbeat !== undefined)) return;
  }
}

async function untilEnded(requestId: string): Promise<void> {
  await service.gateway.ending(requestId, inMs());
}

test('adds what the batch in flight has done to what the workflow has merged', async () => {
  const requestId = await startRequest(service);
  await untilHeartbeat(requestId);

  const { value } = await createReader().reader.view(requestId);

  expect(value).toMatchObject({ percentage: 50, isEnded: false });
  expect(value.totals).toMatchObject({
    status: 'IN_PROGRESS',
    totalTasks: 4,
    warmedTasks: 2,
    inFlightTasks: 1,
    pendingTasks: 1,
    warmedBytes: 200,
    bytesFetched: 400,
  });
});

test('answers a finished request from its result and remembers it', async () => {
  const requestId = await startRequest(service);
  const { reader } = createReader();
  await service.client.workflow.getHandle(requestId).signal(endSignal, 'complete');
  await untilEnded(requestId);
  service.calls.length = 0;

  const first = await reader.view(requestId);
  const second = await reader.view(requestId);

  expect(first.value.totals).toMatchObject({ status: 'FINISHED', warmedTasks: 4 });
  expect(first.value).toMatchObject({ percentage: 100, isEnded: true });
  expect(second).toEqual(first);
  expect(service.calls).toEqual(['describe', 'result']);
});

test('answers a request that could not run from its failure', async () => {
  const requestId = await startRequest(service);
  await service.client.workflow.getHandle(requestId).signal(endSignal, 'fail');
  await untilEnded(requestId);

  const { value } = await createReader().reader.summary(requestId);

  expect(value.totals).toMatchObject({ status: 'FAILED', stopReason: 'None of the POPs resolves' });
  expect(value.isEnded).toBe(true);
});

test('asks a cancelled request for its totals and its reason', async () => {
  const requestId = await startRequest(service);
  await service.gateway.stop(requestId, 'force_stop: stopped by a caller', inMs());
  await untilEnded(requestId);

  const { value } = await createReader().reader.view(requestId);

  expect(value.totals).toMatchObject({
    status: 'FAILED',
    phase: 'closed',
    stopReason: 'force_stop: stopped by a caller',
    inFlightTasks: 0,
  });
});

test('tells that a request was terminated, with nothing in progress', async () => {
  const requestId = await startRequest(service);
  await untilHeartbeat(requestId);
  await service.client.workflow.getHandle(requestId).terminate('operator said so');

  const { reader } = createReader();
  const { value } = await reader.view(requestId);
  const summary = await reader.summary(requestId);

  expect(value.totals).toMatchObject({
    status: 'FAILED',
    stopReason: 'terminated: operator said so',
    warmedTasks: 1,
    inFlightTasks: 0,
    pendingTasks: 3,
  });
  expect(summary.value.totals).toEqual(value.totals);
});

test('follows a request over continue-as-new', async () => {
  const requestId = await startRequest(service);
  const handle = service.client.workflow.getHandle(requestId);
  const { runId } = await handle.describe();
  await handle.signal(endSignal, 'roll over');
  while ((await handle.describe()).runId === runId);

  const { value } = await createReader().reader.view(requestId);

  expect(value.totals).toMatchObject({ status: 'IN_PROGRESS', totalTasks: 4 });
});

test('costs Temporal two calls for fifty callers at once', async () => {
  const requestId = await startRequest(service);
  const { reader } = createReader();
  service.calls.length = 0;

  await Promise.all(Array.from({ length: 50 }, () => reader.view(requestId)));

  expect(service.calls).toEqual(['describe', 'query progress']);
});

test('reads a young request again soon, an old one after 700 ms', async () => {
  const requestId = await startRequest(service);
  await untilHeartbeat(requestId);
  const acceptedAtMs = (await createReader().reader.view(requestId)).value.totals.acceptedAtMs;
  let nowMs = acceptedAtMs + 400;
  const { answers, reader } = createReader(() => nowMs);

  const answerAt = async (ageMs: number) => {
    nowMs = acceptedAtMs + ageMs;
    await reader.view(requestId);
    return answers.at(-1);
  };

  expect(await answerAt(400)).toBe('miss');
  expect(await answerAt(499)).toBe('hit');
  expect(await answerAt(500)).toBe('miss');
  expect(await answerAt(60_000)).toBe('miss');
  expect(await answerAt(60_699)).toBe('hit');
});

test('refuses ids that no request has without asking Temporal for another workflow', async () => {
  const { reader } = createReader();
  service.calls.length = 0;

  for (const id of ['', 'fleet/prewarm_asg_prod', '../x', 'A'.repeat(10_000), '\0']) {
    await expect(reader.view(id)).rejects.toMatchObject({ status: 404 });
  }
  expect(service.calls).toEqual([]);
  await expect(reader.view(randomUUID())).rejects.toMatchObject({
    status: 404,
    message: containing('retention'),
  });
});

test('starts an id once, also after the request has ended', async () => {
  const requestId = await startRequest(service);
  await service.gateway.stop(requestId, 'enough', inMs());
  await untilEnded(requestId);
  const again = { requestId, input: prewarmInput(), memo: {} };

  const isStarted = await service.gateway.start(again, inMs());

  expect(isStarted).toBe(false);
});
