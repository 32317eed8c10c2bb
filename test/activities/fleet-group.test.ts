import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGroupActivities } from '../../activities/group.ts';
import type { GroupObservation } from '../../domain/fleet.ts';
import { createActivityEnvironment } from '../support/activity-environment.ts';
import { TEST_GROUP, clientSettings, startTestAws, type TestAws } from '../support/local-aws.ts';

let aws: TestAws;
beforeEach(async () => {
  aws = await startTestAws({ minSize: 1, maxSize: 5 });
});
afterEach(() => aws.close());

function activities(autoScaling: AutoScalingClient = aws.autoScaling) {
  const { describeGroup, setDesiredCapacity } = createGroupActivities(autoScaling);
  const environment = createActivityEnvironment();
  return {
    describeGroup: async (groupName = TEST_GROUP): Promise<GroupObservation> =>
      environment.run(describeGroup, groupName),
    setDesiredCapacity: async (desired: number): Promise<void> =>
      environment.run(setDesiredCapacity, { groupName: TEST_GROUP, desired }),
  };
}

test('sets the size and reads size, bounds and instances in service', async () => {
  const { describeGroup, setDesiredCapacity } = activities();

  await setDesiredCapacity(3);

  await expect
    .poll(() => describeGroup())
    .toMatchObject({ desired: 3, inService: 3, minSize: 1, maxSize: 5 });
});

test('tells the reason of the last failed scaling activity while instances are missing', async () => {
  const message = 'You have requested more vCPU capacity than your current vCPU limit of 8 allows';
  aws.faults.add({ action: 'LaunchInstance', code: 'VcpuLimitExceeded', message });
  const { describeGroup, setDesiredCapacity } = activities();

  await setDesiredCapacity(3);

  await expect.poll(async () => (await describeGroup()).lastFailure).toBe(message);
});

test('says which bound a size breaks, for good', async () => {
  const refused = activities().setDesiredCapacity(6);

  await expect(refused).rejects.toMatchObject({ type: 'FleetRefused', nonRetryable: true });
  await expect(refused).rejects.toThrow('ValidationError: New SetDesiredCapacity value 6 is above');
});

test.each([
  ['AccessDenied', 403, 'allow autoscaling:SetDesiredCapacity'],
  ['ExpiredToken', 403, 'give the control worker valid AWS credentials'],
])('gives up on %s (HTTP %i), with what to do', async (code, status, advice) => {
  aws.faults.add({ action: 'SetDesiredCapacity', code, status });

  const refused = activities().setDesiredCapacity(2);

  await expect(refused).rejects.toMatchObject({ type: 'FleetRefused', nonRetryable: true });
  await expect(refused).rejects.toThrow(new RegExp(`${code}.*${advice}`));
});

test.each([
  ['ScalingActivityInProgress', 400],
  ['ResourceContention', 500],
  ['Throttling', 400],
])('may try again after %s (HTTP %i)', async (code, status) => {
  aws.faults.add({ action: 'SetDesiredCapacity', code, status });

  const refused = activities().setDesiredCapacity(2);

  await expect(refused).rejects.toMatchObject({ type: 'AwsUnavailable', nonRetryable: false });
});

test.each([
  ['other', 'eu-west-1'],
  [TEST_GROUP, 'us-east-2'],
])('says that there is no group %s in %s', async (name, region) => {
  const autoScaling = new AutoScalingClient({ ...clientSettings(aws.url), region });

  const missing = activities(autoScaling).describeGroup(name);

  await expect(missing).rejects.toThrow(
    `There is no Auto Scaling group "${name}" in region ${region}; correct AUTO_SCALING_GROUP_NAME or AWS_REGION`,
  );
  autoScaling.destroy();
});

test('says what to do without credentials', async () => {
  const autoScaling = new AutoScalingClient({
    ...clientSettings(aws.url),
    credentials: async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    },
  });

  const failed = activities(autoScaling).describeGroup();

  await expect(failed).rejects.toMatchObject({ type: 'FleetRefused', nonRetryable: true });
  await expect(failed).rejects.toThrow('give the control worker valid AWS credentials');
  autoScaling.destroy();
});
