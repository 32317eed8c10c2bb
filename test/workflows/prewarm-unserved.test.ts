import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ObserveFleetInput } from '../../activities/index.ts';
import type { BatchInput } from '../../domain/batch.ts';
import { progressQuery } from '../../workflows/messages.ts';
import {
  batchResult,
  cancelled,
  controlActivities,
  createSignal,
  prewarmInput,
  runWorkers,
  startPrewarm,
} from '../support/prewarm-workers.ts';
import { createTestNamespace, type TestNamespace } from '../support/temporal-namespace.ts';

const WARNING = 'No fetch worker serves the task queue prewarm-fetch.';
const UNSERVED = {
  instances: 0,
  slots: 2,
  warnings: [],
  unservedSinceMs: 1_000,
  unservedWarning: WARNING,
};

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

test('looks at the fleet again when a first worker came, and forgets that there was none', async () => {
  const looks: ObserveFleetInput[] = [];
  const control = controlActivities({
    observeFleet: async (input) => {
      looks.push(input);
      return looks.length === 1 ? UNSERVED : { instances: 2, slots: 2, warnings: [] };
    },
  });
  const hasWarned = createSignal();
  const isServed = createSignal();
  let batches = 0;
  const fetchBatch = async (input: BatchInput) => {
    batches += 1;
    await (batches === 1 ? hasWarned : isServed).promise;
    return batchResult(input, () => 'warm');
  };
  const input = prewarmInput({
    pops: [
      { id: 'FRA56-P4', area: 'a' },
      { id: 'FRA60-P1', area: 'a' },
    ],
  });

  await runWorkers(namespace, { control, fetch: { fetchBatch } }, async () => {
    const handle = await startPrewarm(namespace, input);
    const warnings = async () => (await handle.query(progressQuery)).warnings;
    await vi.waitUntil(async () => (await warnings()).includes(WARNING), 20_000);
    hasWarned.resolve();
    await vi.waitUntil(async () => !(await warnings()).includes(WARNING), 20_000);
    isServed.resolve();
    await handle.result();
  });

  expect(looks.length).toBeGreaterThanOrEqual(2);
  expect(looks[1]).toMatchObject({ unservedSinceMs: 1_000 });
});

test('says nothing of missing workers in a request that finished', async () => {
  const control = controlActivities({ observeFleet: async () => UNSERVED });

  const summary = await runWorkers(namespace, { control }, async () =>
    (await startPrewarm(namespace, prewarmInput())).result(),
  );

  expect(summary.totals.status).toBe('FINISHED');
  expect(summary.warnings).toEqual([]);
});

test('keeps the reason of a request that nobody served in time', async () => {
  const control = controlActivities({ observeFleet: async () => UNSERVED });
  const input = prewarmInput({ timeoutMs: 2_000 });
  const fetchBatch = async (batch: BatchInput) => {
    await cancelled();
    return batchResult(batch, () => undefined);
  };

  const summary = await runWorkers(namespace, { control, fetch: { fetchBatch } }, async () =>
    (await startPrewarm(namespace, input)).result(),
  );

  expect(summary.totals.status).toBe('TIMEOUT');
  expect(summary.warnings).toEqual([WARNING]);
});
