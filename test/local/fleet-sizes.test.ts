import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { expect, onTestFinished, test } from 'vitest';
import { createAwsInspector, type AwsEvent } from '../../local/aws-inspector.ts';
import { fleetLine, fleetSizes, waitUntilEmpty } from '../../local/fleet-sizes.ts';
import { TEST_GROUP, startTestAws } from '../support/local-aws.ts';

const PATIENT = { timeout: 15_000 };

function event(atMs: number, name: string, id: string): AwsEvent {
  return { atMs, event: name, detail: { id, desired: 1 } };
}

async function localAws() {
  const aws = await startTestAws();
  onTestFinished(() => aws.close());
  const setDesired = (desired: number) =>
    aws.autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: TEST_GROUP, DesiredCapacity: desired }),
    );
  return { inspector: createAwsInspector(aws.url), setDesired, group: aws.group };
}

test('counts nothing in an empty log', () => {
  expect(fleetSizes([], 0)).toEqual({ before: 0, during: 0, after: 0 });
});

test('counts the instances that were in service before a request, at most at once, and after it', () => {
  const log = [
    event(1, 'in-service', 'a'),
    event(10, 'launch', 'b'),
    event(11, 'in-service', 'b'),
    event(12, 'in-service', 'c'),
    event(13, 'terminate', 'b'),
    event(14, 'unhealthy', 'a'),
    event(15, 'terminated', 'b'),
    event(16, 'terminated', 'never-booted'),
  ];

  expect(fleetSizes(log, 10)).toEqual({ before: 1, during: 3, after: 1 });
  expect(fleetSizes(log, 20)).toEqual({ before: 1, during: 1, after: 1 });
});

test('says the sizes in one line', () => {
  expect(fleetLine({ before: 0, during: 2, after: 0 })).toBe(
    '  fleet          0 instances before, 2 during, 0 after',
  );
});

test('reads them from the local AWS once its group is empty again', async () => {
  const { inspector, setDesired, group } = await localAws();
  const sentAtMs = Date.now();
  await setDesired(2);
  const states = () => group.instances().map(({ state }) => state);
  await expect.poll(states, PATIENT).toEqual(['InService', 'InService']);

  await setDesired(0);
  const isEmpty = await waitUntilEmpty(inspector, PATIENT.timeout);

  expect(isEmpty).toBe(true);
  expect(fleetSizes(await inspector.log(), sentAtMs)).toEqual({ before: 0, during: 2, after: 0 });
});

test('gives up a group that keeps its instances', async () => {
  const { inspector, setDesired } = await localAws();
  await setDesired(1);

  expect(await waitUntilEmpty(inspector, 0)).toBe(false);
});
