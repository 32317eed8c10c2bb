import {
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
} from '@aws-sdk/client-auto-scaling';
import { afterEach, expect, test } from 'vitest';
import {
  TEST_GROUP,
  startTestAws,
  type TestAws,
  type TestAwsSettings,
} from '../../support/local-aws.ts';

let aws: TestAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function start(settings?: TestAwsSettings): Promise<TestAws> {
  aws = await startTestAws(settings);
  return aws;
}

const group = { AutoScalingGroupName: TEST_GROUP };

function setDesired(client: AutoScalingClient, desired: number) {
  return client.send(new SetDesiredCapacityCommand({ ...group, DesiredCapacity: desired }));
}

async function describe(client: AutoScalingClient) {
  const answer = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [TEST_GROUP] }),
  );
  return answer.AutoScalingGroups?.[0];
}

const states = async (client: AutoScalingClient) =>
  (await describe(client))?.Instances?.map((instance) => instance.LifecycleState).sort();

test('launches instances that boot before they are in service', async () => {
  const { autoScaling } = await start({ bootDelayMs: 200 });

  await setDesired(autoScaling, 2);

  expect(await describe(autoScaling)).toMatchObject({
    MinSize: 0,
    MaxSize: 100,
    DesiredCapacity: 2,
    Instances: [{ LifecycleState: 'Pending' }, { LifecycleState: 'Pending' }],
  });
  await expect.poll(() => states(autoScaling)).toEqual(['InService', 'InService']);
});

test.each([
  [0, 'below min value 1'],
  [6, 'above max value 5'],
])('refuses a desired capacity of %i outside the bounds', async (desired, rule) => {
  const { autoScaling } = await start({ minSize: 1, maxSize: 5 });

  const refused = setDesired(autoScaling, desired);

  await expect(refused).rejects.toThrow(
    expect.objectContaining({
      name: 'ValidationError',
      message: `New SetDesiredCapacity value ${desired} is ${rule} for the AutoScalingGroup.`,
    }),
  );
});

test('holds a terminating instance until its lifecycle action is completed', async () => {
  const { autoScaling, url } = await start({ hookTimeoutMs: 60_000 });
  await setDesired(autoScaling, 1);
  await expect.poll(() => states(autoScaling)).toEqual(['InService']);
  const id = (await describe(autoScaling))?.Instances?.[0]?.InstanceId ?? '';

  await setDesired(autoScaling, 0);

  expect(await states(autoScaling)).toEqual(['Terminating:Wait']);
  const tokenAnswer = await fetch(`${url}/imds/${id}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  });
  const statePath = `${url}/imds/${id}/latest/meta-data/autoscaling/target-lifecycle-state`;
  const state = await fetch(statePath, {
    headers: { 'x-aws-ec2-metadata-token': await tokenAnswer.text() },
  });
  expect(await state.text()).toBe('Terminated');
  expect((await fetch(statePath)).status).toBe(401);
  const action = { ...group, LifecycleHookName: `${TEST_GROUP}-drain`, InstanceId: id };
  await autoScaling.send(new RecordLifecycleActionHeartbeatCommand(action));
  expect(await states(autoScaling)).toEqual(['Terminating:Wait']);
  const complete = new CompleteLifecycleActionCommand({
    ...action,
    LifecycleActionResult: 'CONTINUE',
  });
  await autoScaling.send(complete);
  await expect.poll(() => states(autoScaling)).toEqual([]);
});

test('takes an instance away when its hook times out, and completes no hook twice', async () => {
  const { autoScaling } = await start({ hookTimeoutMs: 50 });
  await setDesired(autoScaling, 1);
  await expect.poll(() => states(autoScaling)).toEqual(['InService']);
  const id = (await describe(autoScaling))?.Instances?.[0]?.InstanceId ?? '';

  await setDesired(autoScaling, 0);
  await expect.poll(() => states(autoScaling)).toEqual([]);
  const late = autoScaling.send(
    new CompleteLifecycleActionCommand({
      ...group,
      LifecycleHookName: `${TEST_GROUP}-drain`,
      InstanceId: id,
      LifecycleActionResult: 'CONTINUE',
    }),
  );

  await expect(late).rejects.toThrow(expect.objectContaining({ name: 'ValidationError' }));
});

test('replaces an instance whose process died', async () => {
  const started = await start();
  await setDesired(started.autoScaling, 1);
  await expect.poll(() => states(started.autoScaling)).toEqual(['InService']);
  const [first] = started.group.instances();

  started.group.kill(first?.id ?? '');

  await expect
    .poll(() => started.group.instances().map(({ id, state }) => [id === first?.id, state]))
    .toEqual([[false, 'InService']]);
});

test('tells why a launch failed, newest activity first, in pages', async () => {
  const { autoScaling, faults } = await start();
  faults.add({
    action: 'LaunchInstance',
    code: 'VcpuLimitExceeded',
    message: 'no more vCPUs',
    times: 1,
  });

  await setDesired(autoScaling, 1);

  const failed = async () => {
    const first = await autoScaling.send(
      new DescribeScalingActivitiesCommand({ ...group, MaxRecords: 1 }),
    );
    return first.Activities?.[0];
  };
  await expect.poll(failed).toMatchObject({ StatusCode: 'Failed', StatusMessage: 'no more vCPUs' });
});

test('has no group of another name or in another region', async () => {
  const { autoScaling } = await start();

  const other = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['other'] }),
  );
  const unknown = autoScaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: 'other', DesiredCapacity: 1 }),
  );

  expect(other.AutoScalingGroups).toEqual([]);
  await expect(unknown).rejects.toThrow(expect.objectContaining({ name: 'ValidationError' }));
});

test('knows no action that would change the operator’s bounds', async () => {
  const { autoScaling } = await start();

  const refused = autoScaling.send(new UpdateAutoScalingGroupCommand({ ...group, MaxSize: 500 }));

  await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'InvalidAction' }));
});
