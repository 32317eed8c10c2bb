import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { countFetchWorkers } from '../../activities/fetch-workers.ts';
import type { FleetKeeperClient } from '../../activities/fleet-lease.ts';
import { createObserveFleetActivity } from '../../activities/observe-fleet.ts';
import { FETCH_TASK_QUEUE } from '../../domain/ids.ts';
import { withFleet } from '../support/fleet-under-test.ts';
import { TEST_GROUP, startTestAws, type TestAws } from '../support/local-aws.ts';
import { warmEverything } from '../support/prewarm-workers.ts';
import { createTestNamespace, type TestNamespace } from '../support/temporal-namespace.ts';

/** The machine may be busy: what takes a second alone may take some more. */
const PATIENT = { timeout: 25_000 };

let temporal: TestNamespace;
let aws: TestAws;
beforeAll(async () => {
  temporal = await createTestNamespace();
});
afterAll(() => temporal.close());
beforeEach(async () => {
  aws = await startTestAws();
});
afterEach(() => aws.close());

const observerOf = (keeper: FleetKeeperClient) =>
  createObserveFleetActivity({
    keeper,
    countFetchWorkers: () => countFetchWorkers(temporal.client),
  });

async function withFetchWorkers(
  identities: readonly string[],
  use: () => Promise<void>,
): Promise<void> {
  const [identity, ...rest] = identities;
  if (identity === undefined) return use();
  // One connection a worker: the SDK allows a task queue once on each.
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    identity,
    taskQueue: FETCH_TASK_QUEUE,
    activities: { ...warmEverything },
    maxConcurrentActivityTaskExecutions: 2,
  });
  await worker.runUntil(() => withFetchWorkers(rest, use));
  await connection.close();
}

test('counts on no fetch worker where none polls, and says so after 30 s', async () => {
  await withFleet(temporal, { aws }, async ({ keeper }) => {
    const first = await observerOf(keeper)({ requestId: 'a', instances: 0 });
    const unservedSinceMs = Date.now() - 30_000;
    const later = await observerOf(keeper)({ requestId: 'a', instances: 0, unservedSinceMs });

    const seen = { instances: 0, slots: 2, warnings: [] };
    expect(first).toMatchObject(seen);
    expect(first.unservedWarning).toBeUndefined();
    expect(later).toEqual({
      ...seen,
      unservedSinceMs,
      unservedWarning: 'No fetch worker serves the task queue prewarm-fetch.',
    });
  });
});

test('counts on the leased instances of a group before they have booted', async () => {
  await withFleet(temporal, { aws, groupName: TEST_GROUP }, async ({ keeper, leases }) => {
    await leases.setFleetLease({ requestId: 'a', instances: 6 });

    const observed = await observerOf(keeper)({ requestId: 'a', instances: 6 });

    expect(observed).toMatchObject({ instances: 6, slots: 2, warnings: [] });
  });
});

test('records a lease again that its keeper lost', async () => {
  await withFleet(temporal, { aws, groupName: TEST_GROUP }, async ({ keeper, status }) => {
    await observerOf(keeper)({ requestId: 'a', instances: 2 });

    await expect
      .poll(status, PATIENT)
      .toMatchObject({ leases: [{ requestId: 'a', instances: 2 }] });
  });
});

test('shares what the group may have in proportion to the leases, and warns', async () => {
  aws = await startTestAws({ maxSize: 5 });
  await withFleet(temporal, { aws, groupName: TEST_GROUP }, async ({ keeper, change }) => {
    await change({ requestId: 'a', instances: 8 });
    await change({ requestId: 'b', instances: 2 });

    const observed = await observerOf(keeper)({ requestId: 'a', instances: 8 });

    expect(observed.instances).toBe(4);
    expect(observed.warnings).toEqual([
      "The fleet has 5 instances: 10 were asked for, but the group's MaxSize is 5.",
    ]);
  });
});

test('counts each fetch worker of a fixed fleet once, with its slots', async () => {
  const identities = ['fetch/host-a/1/slots-2', 'fetch/host-a/2/slots-2', 'fetch/host-b/1/slots-4'];

  await withFleet(temporal, { aws }, async ({ keeper }) => {
    await withFetchWorkers([...identities, 'somebody-else'], async () => {
      const observe = () => observerOf(keeper)({ requestId: 'a', instances: 0 });

      await expect.poll(observe, PATIENT).toEqual({ instances: 3, slots: 3, warnings: [] });
    });
  });
});
