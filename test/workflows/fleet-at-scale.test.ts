import { Context } from '@temporalio/activity';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGroupActivities } from '../../activities/group.ts';
import { withFleet, type FleetSettings, type FleetUnderTest } from '../support/fleet-under-test.ts';
import { recordHistory } from '../support/histories.ts';
import { TEST_GROUP, startTestAws, type TestAws } from '../support/local-aws.ts';
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
  aws = await startTestAws({ maxSize: 300 });
});
afterEach(() => aws.close());

const run = (settings: Partial<FleetSettings>, use: (fleet: FleetUnderTest) => Promise<void>) =>
  withFleet(temporal, { aws, groupName: TEST_GROUP, ...settings }, use);
const changes = () => aws.log.list().filter(({ event }) => event === 'SetDesiredCapacity');
const ids = (count: number) => Array.from({ length: count }, (_, index) => `request-${index}`);

test('changes the size at most once a second for 100 requests at once, and settles right', async () => {
  await run({}, async ({ leases, change }) => {
    const requests = ids(100);

    await Promise.all(
      requests.map((requestId) => leases.setFleetLease({ requestId, instances: 2 })),
    );
    const reply = await change({ requestId: 'request-0', instances: 3 });
    await expect.poll(() => aws.group.desired(), PATIENT).toBe(201);
    await Promise.all(requests.map((requestId) => leases.dropFleetLease(requestId)));
    await expect.poll(() => aws.group.desired(), PATIENT).toBe(0);

    expect(reply.isApplied).toBe(true);
    const pauses = changes().map(({ atMs }, index) => atMs - (changes()[index - 1]?.atMs ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(950);
    expect(aws.log.list().filter(({ error }) => error !== undefined)).toEqual([]);
  });
});

test('drops the lease of a request that was terminated, and no other', async () => {
  await run(
    { historyName: 'fleet-terminated-request', checkIntervalMs: 500 },
    async ({ leases, startRequest, status }) => {
      const [gone, alive] = await Promise.all([startRequest(), startRequest()]);
      await leases.setFleetLease({ requestId: gone, instances: 3 });
      await leases.setFleetLease({ requestId: alive, instances: 2 });
      await expect.poll(() => aws.group.desired(), PATIENT).toBe(5);

      await temporal.client.workflow.getHandle(gone).terminate();

      await expect.poll(() => aws.group.desired(), PATIENT).toBe(2);
      expect((await status()).leases.map(({ requestId }) => requestId)).toEqual([alive]);
      await temporal.client.workflow.getHandle(alive).terminate();
    },
  );
});

test('carries leases over continue-as-new', async () => {
  await run({ historyName: 'fleet-continue-as-new' }, async ({ workflowId, leases, status }) => {
    const first = await temporal.client.workflow.getHandle(workflowId).describe();
    await leases.setFleetLease({ requestId: 'a', instances: 3 });

    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        ids(110).map((requestId) => leases.setFleetLease({ requestId, instances: round + 1 })),
      );
    }

    const latest = async () =>
      (await temporal.client.workflow.getHandle(workflowId).describe()).runId;
    await expect.poll(latest, PATIENT).not.toBe(first.runId);
    await expect.poll(async () => (await status()).leases.length, PATIENT).toBe(111);
    expect((await status()).leases[0]).toMatchObject({ requestId: 'a', instances: 3 });
    await recordHistory('fleet-carried', temporal.client.workflow.getHandle(workflowId));
  });
});

test('comes to the right size although the control worker dies at each step', async () => {
  const real = createGroupActivities(aws.autoScaling);
  const lost = new Set<string>();
  /** The first call does its work, and its answer is lost with the worker. */
  const dieOnce = async <Answer>(step: string, call: Promise<Answer>): Promise<Answer> => {
    const answer = await call;
    if (lost.has(step)) return answer;
    lost.add(step);
    return Context.current().cancelled;
  };
  const activities: FleetSettings['activities'] = {
    describeGroup: (groupName) => dieOnce('describe', real.describeGroup(groupName)),
    setDesiredCapacity: (input) => dieOnce('set', real.setDesiredCapacity(input)),
  };

  await run({ activities }, async ({ leases, status }) => {
    await leases.setFleetLease({ requestId: 'a', instances: 3 });

    await expect.poll(() => lost.size, PATIENT).toBe(2);
    await expect.poll(status, PATIENT).toMatchObject({ desired: 3, inService: 3 });
    expect(aws.group.desired()).toBe(3);
  });
}, 90_000);
