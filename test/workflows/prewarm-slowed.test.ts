import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BatchInput } from '../../domain/batch.ts';
import { progressQuery, summaryQuery } from '../../workflows/messages.ts';
import {
  batchResult,
  cancelled,
  prewarmInput,
  runWorkers,
  startPrewarm,
} from '../support/prewarm-workers.ts';
import type { OutcomeOf } from '../support/prewarm-workers.ts';
import { createTestNamespace, type TestNamespace } from '../support/temporal-namespace.ts';

const WARNING =
  '1 POP asked to be asked less (LimitExceeded or CapacityExceeded), NRT57-P3: ' +
  'its tasks are tried again until the deadline';

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

const warmElsewhere: OutcomeOf = ({ pop }) => (pop === 'NRT57-P3' ? undefined : 'warm');

const slowedResult = (input: BatchInput) => ({
  ...batchResult(input, warmElsewhere),
  slowedPops: input.columns.map(({ pop }) => pop).filter((pop) => pop === 'NRT57-P3'),
});

test('says while it runs and at its deadline which POP asked to be asked less', async () => {
  const slowed = new Set<string>();
  const fetchBatch = async (input: BatchInput) => {
    const isAgain = input.columns.some(({ pop }) => slowed.has(pop));
    const result = slowedResult(input);
    for (const pop of result.slowedPops) slowed.add(pop);
    if (isAgain) await cancelled();
    return result;
  };

  const { summary, live } = await runWorkers(namespace, { fetch: { fetchBatch } }, async () => {
    const handle = await startPrewarm(namespace, prewarmInput({ timeoutMs: 4_000 }));
    const warnings = async () => (await handle.query(progressQuery)).warnings;
    await vi.waitUntil(async () => (await warnings()).length > 0, 20_000);
    return { live: await handle.query(summaryQuery), summary: await handle.result() };
  });

  expect(live.warnings).toEqual([WARNING]);
  expect(summary.totals.status).toBe('TIMEOUT');
  expect(summary.warnings).toEqual([WARNING]);
});

test('says nothing of slowed POPs in a request that finished', async () => {
  const slowed = new Set<string>();
  const fetchBatch = async (input: BatchInput) => {
    if (input.columns.some(({ pop }) => slowed.has(pop))) return batchResult(input, () => 'warm');
    const result = slowedResult(input);
    for (const pop of result.slowedPops) slowed.add(pop);
    return result;
  };

  const summary = await runWorkers(namespace, { fetch: { fetchBatch } }, async () =>
    (await startPrewarm(namespace, prewarmInput())).result(),
  );

  expect([...slowed]).toEqual(['NRT57-P3']);
  expect(summary.totals.status).toBe('FINISHED');
  expect(summary.warnings).toEqual([]);
});
