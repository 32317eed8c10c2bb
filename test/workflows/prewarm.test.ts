import { Context } from '@temporalio/activity';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PrewarmInput } from '../../domain/prewarm.ts';
import { progressQuery, setInstanceCountSignal, stopSignal } from '../../workflows/messages.ts';
import {
  batchResult,
  cancelled,
  controlActivities,
  prewarmInput,
  runWorkers,
  warmEverything,
  startPrewarm,
  createSignal,
} from '../support/prewarm-workers.ts';
import { createTestNamespace } from '../support/temporal-namespace.ts';
import type { TestNamespace } from '../support/temporal-namespace.ts';

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

const start = (input: PrewarmInput) => startPrewarm(namespace, input);

test('warms every task and finishes', async () => {
  const summary = await runWorkers(namespace, {}, async () => {
    const handle = await start(prewarmInput());
    return handle.result();
  });

  expect(summary.totals).toMatchObject({
    phase: 'closed',
    status: 'FINISHED',
    totalTasks: 12,
    warmedTasks: 12,
    failedTasks: 0,
    inFlightTasks: 0,
    pendingTasks: 0,
    warmedBytes: 12_000,
    totalBytes: 12_000,
  });
  expect(summary.outcomes).toEqual([{ outcome: 'warm', tasks: 12, samples: [] }]);
});

test('plans what a worker handed back again', async () => {
  const seen = new Set<string>();
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) =>
    batchResult(input, ({ url, pop }) => {
      const isSecondTime = seen.has(`${pop} ${url}`);
      seen.add(`${pop} ${url}`);
      return isSecondTime ? 'warm' : undefined;
    });

  const { totals } = await runWorkers(namespace, { fetch: { fetchBatch } }, async () =>
    (await start(prewarmInput())).result(),
  );

  expect(totals).toMatchObject({ status: 'FINISHED', warmedTasks: 12 });
});

test('keeps what a dead worker said last and fetches only the rest again', async () => {
  const fetched: string[] = [];
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    const tasks = input.columns.flatMap(({ pop, urls }) =>
      urls.map((number) => `${pop} ${input.urls[number]?.url}`),
    );
    const isFirst = fetched.length === 0;
    fetched.push(...tasks);
    if (!isFirst) return batchResult(input, () => 'warm');
    const [finished] = tasks;
    Context.current().heartbeat(
      batchResult(input, ({ url, pop }) => (`${pop} ${url}` === finished ? 'warm' : undefined)),
    );
    await Context.current().cancelled;
    throw new Error('A silent worker is never told');
  };

  const { totals } = await runWorkers(namespace, { fetch: { fetchBatch } }, async () =>
    (await start(prewarmInput({ pops: [{ id: 'FRA56-P4', area: 'FRA' }] }))).result(),
  );

  expect(totals).toMatchObject({ status: 'FINISHED', warmedTasks: 4, failedTasks: 0 });
  const [finished] = fetched;
  expect(fetched.filter((task) => task === finished)).toHaveLength(1);
});

test('ends at its deadline with what the batches in flight had finished', async () => {
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    const { url } = input.urls[0] ?? {};
    const result = batchResult(input, (task) => (task.url === url ? 'warm' : undefined));
    await cancelled(result);
    return result;
  };

  const { totals } = await runWorkers(namespace, { fetch: { fetchBatch } }, async () =>
    (await start(prewarmInput({ timeoutMs: 2_000 }))).result(),
  );

  expect(totals.status).toBe('TIMEOUT');
  expect(totals.stopReason).toContain('timeout');
  expect(totals.inFlightTasks).toBe(0);
  expect(totals.warmedTasks).toBeGreaterThan(0);
  expect(totals.warmedTasks + totals.pendingTasks).toBe(12);
});

test.each([
  ['a cancel', async () => {}, 'somebody cancelled'],
  ['a stop with its reason', 'force_stop by key ops', 'force_stop by key ops'],
] as const)('answers queries truthfully after %s', async (_, notice, reason) => {
  const started = createSignal();
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    started.resolve();
    await cancelled();
    return batchResult(input, () => 'warm');
  };

  const { totals, ended } = await runWorkers(namespace, { fetch: { fetchBatch } }, async () => {
    const handle = await start(prewarmInput());
    await started.promise;
    if (typeof notice === 'string') await handle.signal(stopSignal, { reason: notice });
    await handle.cancel();
    const failure: unknown = await handle.result().catch((error: unknown) => error);
    return { ended: failure, totals: (await handle.query(progressQuery)).totals };
  });

  expect(ended).toBeInstanceOf(WorkflowFailedError);
  expect(totals).toMatchObject({ phase: 'closed', status: 'FAILED', inFlightTasks: 0 });
  expect(totals.stopReason).toContain(reason);
  expect(totals.warmedTasks).toBeGreaterThan(0);
});

test('fails with its summary when no POP resolves', async () => {
  const control = controlActivities({
    resolveTargets: async ({ requestHosts, pops }) => ({
      distributions: [{ domainName: 'd111111abcdef8.cloudfront.net', hasOriginShield: false }],
      hosts: Object.fromEntries(requestHosts.map((host) => [host, { distribution: 0 }])),
      livePops: [],
      failedPops: pops.map(({ id }) => ({ pop: id, reason: 'no such name' })),
      warnings: [],
    }),
  });

  const failure = await runWorkers(namespace, { control }, async () => {
    const handle = await start(prewarmInput());
    return handle.result().catch((error: unknown) => error);
  });

  const cause = failure instanceof WorkflowFailedError ? failure.cause : undefined;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  expect(cause).toMatchObject({
    type: 'NoPopResolves',
    details: [{ totals: { status: 'FAILED' }, failedPops: [{}, {}, { reason: 'no such name' }] }],
  });
});

test('goes on without the hosts that may not be warmed', async () => {
  const control = controlActivities({
    resolveTargets: async ({ pops }) => ({
      distributions: [{ domainName: 'd111111abcdef8.cloudfront.net', hasOriginShield: false }],
      hosts: {
        'www.example.com': { distribution: 0 },
        'elsewhere.example': { refusal: 'no name of an allowed distribution' },
      },
      livePops: pops.map((_, index) => index),
      failedPops: [],
      warnings: [],
    }),
  });
  const urls = ['https://www.example.com/a', 'https://elsewhere.example/b'];

  const summary = await runWorkers(namespace, { control }, async () =>
    (await start(prewarmInput({ urls }))).result(),
  );

  expect(summary.totals).toMatchObject({ status: 'FINISHED', warmedTasks: 3, failedTasks: 3 });
  expect(summary.failedUrls).toEqual(['https://elsewhere.example/b']);
});

test('invalidates before it fetches, one distribution in lots', async () => {
  const order: string[] = [];
  const control = controlActivities({
    invalidateLot: async ({ distributionId, lot, paths }) => {
      order.push(`${distributionId}/${lot}: ${paths.join(' ')}`);
    },
  });
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    order.push('fetch');
    return batchResult(input, () => 'warm');
  };

  const summary = await runWorkers(namespace, { control, fetch: { fetchBatch } }, async () =>
    (await start(prewarmInput({ needInvalidate: true, urls: ['https://a.example/x'] }))).result(),
  );

  expect(order.slice(0, 2)).toEqual(['E2EXAMPLE/0: /x', 'fetch']);
  expect(summary.invalidation).toMatchObject({ paths: 1, lots: 1 });
});

test('passes a new instance count to the fleet and gives it back at the end', async () => {
  const leases: number[] = [];
  const hasNewShare = createSignal();
  const control = controlActivities({
    setFleetLease: async ({ instances }) => {
      leases.push(instances);
      if (instances === 7) hasNewShare.resolve();
    },
    dropFleetLease: async () => {
      leases.push(0);
    },
  });
  const fetchBatch = async (input: Parameters<typeof batchResult>[0]) => {
    await hasNewShare.promise;
    return warmEverything.fetchBatch(input);
  };

  await runWorkers(namespace, { control, fetch: { fetchBatch } }, async () => {
    const handle = await start(prewarmInput({ instanceCount: 1 }));
    await handle.signal(setInstanceCountSignal, 7);
    return handle.result();
  });

  expect(leases.at(-1)).toBe(0);
  expect(leases).toContain(7);
});
