/**
 * Records a history of every path of the workflow `prewarm`: `npm run record-histories`.
 *
 * Requests of a released version have to go on under the next one, so a history of released code is
 * never recorded again: a new path gets a new name, here and in replay.test.ts.
 */

import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, type WorkflowHandleWithStartDetails } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FetchActivities, PrewarmControlActivities } from '../../activities/index.ts';
import type { BatchInput } from '../../domain/batch.ts';
import { CONTROL_TASK_QUEUE, PREWARM_WORKFLOW } from '../../domain/ids.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PrewarmInput } from '../../domain/prewarm.ts';
import { setInstanceCountSignal, stopSignal } from '../../workflows/messages.ts';
import type { prewarm } from '../../workflows/prewarm.ts';
import { recordHistory } from '../support/histories.ts';
import {
  batchResult,
  cancelled,
  controlActivities,
  prewarmInput,
  runWorkers,
} from '../support/prewarm-workers.ts';
import { createTestNamespace, type TestNamespace } from '../support/temporal-namespace.ts';

type Handle = WorkflowHandleWithStartDetails<typeof prewarm>;

/** A request to record, the fakes it meets, and what is done to it while it runs. */
type Recording = {
  readonly name: string;
  readonly input?: Partial<PrewarmInput>;
  readonly control?: Partial<PrewarmControlActivities>;
  readonly fetchBatch?: FetchActivities['fetchBatch'];
  /** Called when the first batch has started. */
  readonly onFetching?: (handle: Handle) => Promise<void>;
};

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

/** Runs a request to its end, records each of its runs and returns the last status. */
async function record(recording: Recording): Promise<string> {
  const { name, input, control, fetchBatch = warmAll, onFetching } = recording;
  let noteFetching = (): void => {};
  const fetching = new Promise<void>((resolve) => {
    noteFetching = resolve;
  });
  const fetch: FetchActivities = {
    fetchBatch: (batch) => {
      noteFetching();
      return fetchBatch(batch);
    },
  };
  return runWorkers(namespace, { control: controlActivities(control), fetch }, async () => {
    const handle: Handle = await namespace.client.workflow.start<typeof prewarm>(PREWARM_WORKFLOW, {
      workflowId: randomUUID(),
      taskQueue: CONTROL_TASK_QUEUE,
      args: [prewarmInput(input)],
    });
    if (onFetching !== undefined) {
      await fetching;
      await onFetching(handle);
    }
    await handle.result().catch(() => undefined);
    await recordRuns(name, handle);
    return (await handle.describe()).status.name;
  });
}

async function recordRuns(name: string, { workflowId, firstExecutionRunId }: Handle) {
  let runId = firstExecutionRunId;
  for (let run = 1; runId !== ''; run += 1) {
    const handle = namespace.client.workflow.getHandle(workflowId, runId);
    await recordHistory(run === 1 ? name : `${name}-run-${run}`, handle);
    const { events } = await handle.fetchHistory();
    const last = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    runId = last?.newExecutionRunId ?? '';
  }
}

async function warmAll(batch: BatchInput) {
  return batchResult(batch, () => 'warm');
}

/** Warms the first URL of each batch, and is at work on the rest until it is cancelled. */
async function warmFirstUrlOnly(batch: BatchInput) {
  const { url } = batch.urls[0] ?? {};
  const result = batchResult(batch, (task) => (task.url === url ? 'warm' : undefined));
  await cancelled(result);
  return result;
}

const invalidates = { needInvalidate: true, instanceCount: 2 };

test('records a request that finishes', async () => {
  expect(await record({ name: 'prewarm-finished' })).toBe('COMPLETED');
});

test('records an invalidation, while instances boot', async () => {
  expect(await record({ name: 'prewarm-invalidation', input: invalidates })).toBe('COMPLETED');
});

test('records a lease that could not be given back', async () => {
  const dropFleetLease = async () => {
    throw ApplicationFailure.nonRetryable('The fleet is away', 'FleetAway');
  };
  const recording = { name: 'prewarm-lease-kept', control: { dropFleetLease } };

  expect(await record({ ...recording, input: { instanceCount: 1 } })).toBe('COMPLETED');
});

test('records a new number of instances', async () => {
  let noteShare = (): void => {};
  const hasNewShare = new Promise<void>((resolve) => {
    noteShare = resolve;
  });
  const status = await record({
    name: 'prewarm-instances-changed',
    input: { instanceCount: 1 },
    control: {
      setFleetLease: async ({ instances }) => {
        if (instances === 7) noteShare();
      },
    },
    fetchBatch: async (batch) => {
      await hasNewShare;
      return warmAll(batch);
    },
    onFetching: (handle) => handle.signal(setInstanceCountSignal, 7),
  });

  expect(status).toBe('COMPLETED');
});

test('records a request that fails', async () => {
  const resolveTargets = async () => {
    throw ApplicationFailure.nonRetryable('AWS refused', 'AwsRefused');
  };

  expect(await record({ name: 'prewarm-failed', control: { resolveTargets } })).toBe('FAILED');
});

test('records a deadline', async () => {
  const input = { timeoutMs: 3_000, instanceCount: 1 };
  const status = await record({ name: 'prewarm-timeout', input, fetchBatch: warmFirstUrlOnly });

  expect(status).toBe('COMPLETED');
});

test('records a cancel', async () => {
  const onFetching = async (handle: Handle) => void (await handle.cancel());
  const recording = { name: 'prewarm-cancelled', fetchBatch: warmFirstUrlOnly, onFetching };

  expect(await record({ ...recording, input: { instanceCount: 1 } })).toBe('CANCELLED');
});

test('records a stop with its reason', async () => {
  const status = await record({
    name: 'prewarm-stopped',
    fetchBatch: warmFirstUrlOnly,
    onFetching: async (handle) => {
      await handle.signal(stopSignal, { reason: 'force_stop: stopped by a caller' });
      await handle.cancel();
    },
  });

  expect(status).toBe('CANCELLED');
});

test('records a termination', async () => {
  const onFetching = async (handle: Handle) => void (await handle.terminate());
  const recording = { name: 'prewarm-terminated', fetchBatch: warmFirstUrlOnly, onFetching };

  expect(await record(recording)).toBe('TERMINATED');
});

test('records a worker that dies', async () => {
  let batches = 0;
  const status = await record({
    name: 'prewarm-worker-lost',
    fetchBatch: async (batch) => {
      batches += 1;
      if (batches > 1) return warmAll(batch);
      const { url } = batch.urls[0] ?? {};
      Context.current().heartbeat(
        batchResult(batch, (task) => (task.url === url ? 'warm' : undefined)),
      );
      await Context.current().cancelled;
      throw new Error('A silent worker is never told');
    },
  });

  expect(status).toBe('COMPLETED');
});

test('records dead URLs, slow POPs and tasks that come back', async () => {
  const OUTCOMES: readonly (Outcome | undefined)[] = [
    'warm',
    'not_found',
    'not_cacheable',
    'regional',
    'too_slow',
    undefined,
  ];
  const tries = new Map<string, number>();
  const status = await record({
    name: 'prewarm-mixed-outcomes',
    input: { urls: Array.from({ length: 60 }, (_, n) => `https://www.example.com/${n}.jpg`) },
    fetchBatch: async (batch) => ({
      ...batchResult(batch, ({ url, pop }) => {
        const count = tries.get(`${pop} ${url}`) ?? 0;
        tries.set(`${pop} ${url}`, count + 1);
        const number = Number(/(\d+)\.jpg/.exec(url)?.[1]) + count;
        return count > 2 ? 'warm' : OUTCOMES[number % OUTCOMES.length];
      }),
      slowedPops: batch.columns.slice(0, 1).map(({ pop }) => pop),
    }),
  });

  expect(status).toBe('COMPLETED');
});

test('records more batches than one workflow task may start', async () => {
  const longPath = 'a'.repeat(8_000);
  const urls = Array.from({ length: 150 }, (_, n) => `https://www.example.com/${n}/${longPath}`);
  const observeFleet = async () => ({ instances: 40, slots: 2, warnings: [] });
  const recording = { name: 'prewarm-many-batches', control: { observeFleet } };

  expect(await record({ ...recording, input: { urls } })).toBe('COMPLETED');
});

test('records a request over two runs', async () => {
  const status = await record({
    name: 'prewarm-long',
    input: {
      timeoutMs: 600_000,
      urls: Array.from({ length: 4_400 }, (_, n) => `https://www.example.com/${n}`),
      pops: Array.from({ length: 10 }, (_, n) => ({ id: `FRA${50 + n}-P1`, area: 'eu-central-1' })),
    },
    // As slow as this, batches stay at one task for each connection.
    fetchBatch: async (batch) => ({ ...(await warmAll(batch)), elapsedMs: 10_000 }),
  });

  expect(status).toBe('COMPLETED');
});
