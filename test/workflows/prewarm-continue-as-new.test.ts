import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BatchInput } from '../../domain/batch.ts';
import type { PrewarmInput, ProgressAnswer } from '../../domain/prewarm.ts';
import { progressQuery } from '../../workflows/messages.ts';
import {
  batchResult,
  cancelled,
  controlActivities,
  prewarmInput,
  runWorkers,
  startPrewarm,
} from '../support/prewarm-workers.ts';
import { createTestNamespace } from '../support/temporal-namespace.ts';
import type { TestNamespace } from '../support/temporal-namespace.ts';

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

const start = (input: PrewarmInput) => startPrewarm(namespace, input);

/** So many tasks that batches of 32 fill three histories. */
const LONG = {
  urls: Array.from({ length: 10_240 }, (_, n) => `https://www.example.com/${n}`),
  pops: Array.from({ length: 10 }, (_, n) => ({ id: `FRA${50 + n}-P1`, area: 'eu-central-1' })),
};

const control = controlActivities({
  observeFleet: async () => ({ instances: 8, slots: 2, warnings: [] }),
});

/** A fetch worker that counts how often each task was fetched, batch by batch. */
function countingFetch() {
  const fetched = new Map<string, number>();
  let batches = 0;
  return {
    fetched,
    batches: () => batches,
    fetchBatch: async (input: BatchInput) => {
      batches += 1;
      const result = batchResult(input, ({ url, pop }) => {
        const task = `${pop} ${url}`;
        fetched.set(task, (fetched.get(task) ?? 0) + 1);
        return 'warm';
      });
      // As slow as this, batches stay at one task for each connection.
      return { ...result, elapsedMs: 10_000 };
    },
  };
}

/** Sums up that a poll never contradicts itself. */
function checkTotals({ totals }: ProgressAnswer): void {
  const { warmedTasks, failedTasks, inFlightTasks, pendingTasks, totalTasks } = totals;
  expect(warmedTasks + failedTasks + inFlightTasks + pendingTasks).toBe(totalTasks);
}

type StartedPrewarm = Awaited<ReturnType<typeof start>>;

/** Asks as long as the request runs. */
async function whileRunning(handle: StartedPrewarm, onPoll: () => Promise<void>): Promise<void> {
  while ((await handle.describe()).status.name === 'RUNNING') await onPoll();
}

/** Runs of the request, followed from one history to the next: a poll may miss a short one. */
async function runsOf({ workflowId, firstExecutionRunId }: StartedPrewarm): Promise<string[]> {
  const runs: string[] = [];
  let runId: string | null | undefined = firstExecutionRunId;
  while (runId) {
    runs.push(runId);
    const { events } = await namespace.client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

test(
  'fetches each task once over three runs or more while it is polled',
  { timeout: 180_000 },
  async () => {
    const fetch = countingFetch();
    let warmedBefore = 0;

    const { summary, runs } = await runWorkers(namespace, { fetch, control }, async () => {
      const handle = await start(prewarmInput({ ...LONG, timeoutMs: 600_000 }));
      await whileRunning(handle, async () => {
        const progress = await handle.query(progressQuery);
        checkTotals(progress);
        expect(progress.totals.warmedTasks).toBeGreaterThanOrEqual(warmedBefore);
        warmedBefore = progress.totals.warmedTasks;
      });
      return { summary: await handle.result(), runs: await runsOf(handle) };
    });

    expect(runs.length).toBeGreaterThanOrEqual(3);
    expect(summary.totals).toMatchObject({ status: 'FINISHED', warmedTasks: 102_400 });
    expect(fetch.fetched.size).toBe(102_400);
    expect([...fetch.fetched.values()].every((times) => times === 1)).toBe(true);
  },
);

/** A batch that is in flight when the first run ends: it returns after `onCancelled`, with nothing. */
function holdingFetch(onCancelled: () => Promise<void>) {
  const fetch = countingFetch();
  let isHeld = false;
  return {
    ...fetch,
    fetchBatch: async (input: BatchInput) => {
      if (fetch.batches() < 500 || isHeld) return fetch.fetchBatch(input);
      isHeld = true;
      await cancelled();
      await onCancelled();
      return batchResult(input, () => undefined);
    },
  };
}

test('ends at a deadline that fires while a run ends', { timeout: 120_000 }, async () => {
  const input = prewarmInput({ ...LONG, timeoutMs: 15_000 });
  const isPast = () => Date.now() > input.acceptedAtMs + input.timeoutMs;
  const fetch = holdingFetch(async () => {
    await vi.waitUntil(isPast, { timeout: 30_000 });
  });

  const { totals } = await runWorkers(namespace, { fetch, control }, async () =>
    (await start(input)).result(),
  );

  expect(totals).toMatchObject({ status: 'TIMEOUT', inFlightTasks: 0, failedTasks: 0 });
  expect(totals.warmedTasks).toBe(fetch.fetched.size);
  expect(totals.warmedTasks + totals.pendingTasks).toBe(totals.totalTasks);
});

test('ends at a cancel that comes while a run ends', { timeout: 120_000 }, async () => {
  let cancel = async () => {};
  const fetch = holdingFetch(() => cancel());

  const { totals } = await runWorkers(namespace, { fetch, control }, async () => {
    const handle = await start(prewarmInput({ ...LONG, timeoutMs: 600_000 }));
    cancel = async () => void (await handle.cancel());
    await expect(handle.result()).rejects.toThrow('Workflow execution cancelled');
    return handle.query(progressQuery);
  });

  expect(totals).toMatchObject({ status: 'FAILED', phase: 'closed', inFlightTasks: 0 });
  expect(totals.warmedTasks).toBe(fetch.fetched.size);
});
