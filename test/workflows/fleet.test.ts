import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fleetChangeMessage } from '../../domain/fleet.ts';
import { withFleet, type FleetSettings, type FleetUnderTest } from '../support/fleet-under-test.ts';
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
  aws = await startTestAws({ maxSize: 200 });
});
afterEach(() => aws.close());

const run = (settings: Partial<FleetSettings>, use: (fleet: FleetUnderTest) => Promise<void>) =>
  withFleet(temporal, { aws, groupName: TEST_GROUP, ...settings }, use);
const changes = () =>
  aws.log
    .list()
    .filter(({ event, error }) => event === 'SetDesiredCapacity' && error === undefined);
const sizes = () => changes().map(({ detail }) => detail['desired']);

test('grows with a lease, and shrinks to MinSize after the last one', async () => {
  await run({ historyName: 'fleet-lease' }, async ({ leases, status }) => {
    await leases.setFleetLease({ requestId: 'a', instances: 3 });
    await expect.poll(status, PATIENT).toMatchObject({
      desired: 3,
      inService: 3,
      leases: [{ requestId: 'a' }],
    });

    await leases.dropFleetLease('a');

    await expect.poll(() => aws.group.desired(), PATIENT).toBe(0);
    expect(sizes()).toEqual([3, 0]);
  });
});

test('keeps the instances of the other request when one ends', async () => {
  await run({}, async ({ leases, status }) => {
    await leases.setFleetLease({ requestId: 'a', instances: 3 });
    await leases.setFleetLease({ requestId: 'b', instances: 2 });
    await expect.poll(() => aws.group.desired(), PATIENT).toBe(5);

    await leases.dropFleetLease('a');

    await expect.poll(() => aws.group.desired(), PATIENT).toBe(2);
    expect(await status()).toMatchObject({ leases: [{ requestId: 'b', instances: 2 }] });
  });
});

test('keeps the last size during the idle grace', async () => {
  await run({ historyName: 'fleet-idle-grace', idleSeconds: 2 }, async ({ leases, status }) => {
    await leases.setFleetLease({ requestId: 'a', instances: 2 });
    await expect.poll(() => aws.group.desired(), PATIENT).toBe(2);

    await leases.dropFleetLease('a');
    const droppedAtMs = Date.now();
    await expect.poll(async () => (await status()).leases, PATIENT).toEqual([]);
    await expect.poll(() => aws.group.desired(), PATIENT).toBe(0);

    expect(changes().at(-1)?.atMs).toBeGreaterThanOrEqual(droppedAtMs + 1_900);
  });
});

test('answers a change with the actual size of the group, and says a clamp', async () => {
  await run({ historyName: 'fleet-changes' }, async ({ change, status }) => {
    const one = await change({ instances: 1 });
    const tooMany = await change({ instances: 250 });
    const share = await change({ requestId: 'a', instances: 4 });

    expect(fleetChangeMessage(one)).toBe(
      `Auto Scaling Group ${TEST_GROUP} updated to Desired Capacity: 1`,
    );
    expect(fleetChangeMessage(tooMany)).toBe(
      `Auto Scaling Group ${TEST_GROUP} updated to Desired Capacity: 200 (250 were asked for, but the group's MaxSize is 200)`,
    );
    expect(share).toMatchObject({ isApplied: true, status: { desired: 200, override: 250 } });
    expect(await status()).toMatchObject({ leases: [{ requestId: 'a', instances: 4 }] });
  });
});

test('ends an override when the fleet is idle', async () => {
  await run({ historyName: 'fleet-override' }, async ({ change, leases, status }) => {
    await change({ instances: 7 });
    await leases.setFleetLease({ requestId: 'a', instances: 2 });
    expect(aws.group.desired()).toBe(7);

    await leases.dropFleetLease('a');

    await expect.poll(() => aws.group.desired(), PATIENT).toBe(0);
    // The group has its size before the keeper hears that it has.
    await expect.poll(status, PATIENT).not.toHaveProperty('override');
  });
});

test('leaves a size that somebody else set while nobody holds a lease', async () => {
  aws.group.setDesired(3);

  await run({}, async ({ status }) => {
    await expect.poll(status, PATIENT).toMatchObject({ desired: 3, inService: 3 });

    expect(sizes()).toEqual([]);
  });
});

test.each([
  ['AccessDenied', 403, 'AccessDenied: A fault rule'],
  ['ScalingActivityInProgress', 400, 'ScalingActivityInProgressFault: A fault rule'],
])('tells the words of AWS after %s, and goes on by itself', async (code, status, words) => {
  // Two attempts at once, and one more look.
  aws.faults.add({
    action: 'SetDesiredCapacity',
    code,
    status,
    times: code === 'AccessDenied' ? 1 : 2,
  });

  await run({ historyName: 'fleet-refused' }, async ({ change }) => {
    const reply = await change({ requestId: 'a', instances: 2 });

    expect(fleetChangeMessage(reply)).toContain(
      `${TEST_GROUP} was not updated: SetDesiredCapacity`,
    );
    expect(fleetChangeMessage(reply)).toContain(words);
    await expect.poll(() => aws.group.desired(), PATIENT).toBe(2);
  });
});

test('says that there is no such group', async () => {
  await run({ historyName: 'fleet-no-group', groupName: 'other' }, async ({ change }) => {
    const reply = await change({ instances: 2 });

    expect(fleetChangeMessage(reply)).toContain('There is no Auto Scaling group "other"');
  });
});

test('refuses a size that can not be', async () => {
  await run({ maxInstances: 300 }, async ({ change }) => {
    await expect(change({ instances: 301 })).rejects.toThrow('Workflow Update failed');
    await expect(change({ instances: -1 })).rejects.toThrow('Workflow Update failed');
  });
});

test('records shares of a fixed fleet and asks nothing of AWS', async () => {
  await withFleet(temporal, { aws, historyName: 'fleet-fixed' }, async ({ change, leases }) => {
    await leases.setFleetLease({ requestId: 'a', instances: 3 });
    const share = await change({ requestId: 'b', instances: 2 });

    expect(share).toMatchObject({ isApplied: true, status: { desired: 5 } });
    expect(fleetChangeMessage(share)).toContain('shares recorded: 5');
    expect(aws.log.list()).toEqual([]);
  });
});
