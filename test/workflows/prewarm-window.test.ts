import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchHeartbeat, BatchInput, BatchResult } from '../../domain/batch.ts';
import { CONTROL_TASK_QUEUE, PREWARM_WORKFLOW } from '../../domain/ids.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { prewarm } from '../../workflows/prewarm.ts';
import {
  batchResult,
  controlActivities,
  prewarmInput,
  runWorkers,
} from '../support/prewarm-workers.ts';
import { createTestNamespace } from '../support/temporal-namespace.ts';
import type { TestNamespace } from '../support/temporal-namespace.ts';

const WINDOW = 500;
const control = controlActivities({
  observeFleet: async () => ({ instances: 200, slots: 2, warnings: [] }),
});

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

/** Heartbeat details as large as they may be: 4 KiB. */
function fullHeartbeat(input: BatchInput): BatchHeartbeat {
  const letters = 'wf'.repeat(1_900);
  return { ...batchResult(input, () => undefined), sizes: [], letters };
}

/** Work that takes its time is cut up for the whole window. */
function slowly(result: BatchResult): BatchResult {
  return { ...result, elapsedMs: 10_000 };
}

test(
  'keeps 500 batches in flight within the limits of a workflow',
  { timeout: 300_000 },
  async () => {
    const inputs: BatchInput[] = [];
    const answered = new Set<string>();
    let running = 0;
    let open = () => {};
    const full = new Promise<void>((resolve) => {
      open = resolve;
    });
    const fetchBatch = async (input: BatchInput) => {
      inputs.push(input);
      // A POP gets its full share of the window once it has answered.
      if (input.columns.some(({ pop }) => !answered.has(pop))) {
        for (const { pop } of input.columns) answered.add(pop);
        return slowly(batchResult(input, () => 'warm'));
      }
      running += 1;
      if (running >= WINDOW) open();
      const { heartbeatIntervalMs } = input;
      const beat = () => Context.current().heartbeat(fullHeartbeat(input));
      beat();
      // Half as often as the product, which is often enough: the server of a test run has other work.
      const beating = setInterval(beat, 2 * heartbeatIntervalMs);
      await Promise.race([full, Context.current().cancelled.catch(() => {})]);
      clearInterval(beating);
      return slowly(batchResult(input, () => 'warm'));
    };
    const input = prewarmInput({
      urls: Array.from(
        { length: 1_000 },
        (_, n) => `https://www.example.com/${n}?q=${'x'.repeat(600)}`,
      ),
      pops: Array.from({ length: 20 }, (_, n) => ({ id: `FRA${50 + n}-P1`, area: `area-${n}` })),
      timeoutMs: 600_000,
    });

    const { totals, mostInFlight } = await runWorkers(
      namespace,
      { control, fetch: { fetchBatch } },
      async () => {
        const handle = await namespace.client.workflow.start<typeof prewarm>(PREWARM_WORKFLOW, {
          workflowId: randomUUID(),
          taskQueue: CONTROL_TASK_QUEUE,
          args: [input],
        });
        await full;
        const { batchesInFlight } = await handle.query(progressQuery);
        const summary = await handle.result();
        return { totals: summary.totals, mostInFlight: batchesInFlight.length };
      },
    );

    expect(totals).toMatchObject({ status: 'FINISHED', warmedTasks: 20_000 });
    expect(mostInFlight).toBeLessThanOrEqual(WINDOW);
    for (const batch of inputs) {
      expect(JSON.stringify(batch).length).toBeLessThanOrEqual(128 * 1_024);
      expect(batch.heartbeatIntervalMs).toBeGreaterThanOrEqual(1_000);
    }
    expect(inputs.some(({ heartbeatIntervalMs }) => heartbeatIntervalMs === 2_000)).toBe(true);
  },
);
