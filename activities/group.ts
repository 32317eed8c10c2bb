import {
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { ApplicationFailure } from '@temporalio/activity';
import { FAILURES } from '../domain/failures.ts';
import type { GroupObservation } from '../domain/fleet.ts';
import { checkRegion } from './aws-clients.ts';
import { awsFailure, wordsOfAws } from './aws-error.ts';
import type { FleetControlActivities } from './index.ts';

/** The activities that talk to Auto Scaling. */
export type GroupActivities = Pick<FleetControlActivities, 'describeGroup' | 'setDesiredCapacity'>;

/**
 * Creates the activities that read and set an Auto Scaling group's size.
 *
 * Both are idempotent: a worker that dies between the call and its answer does no harm. The group's
 * bounds are the operator's and are never changed.
 *
 * @throws ApplicationFailure `FleetRefused` in AWS's words plus what to do; `AwsUnavailable` where
 *   trying again may help.
 */
export function createGroupActivities(autoScaling: AutoScalingClient): GroupActivities {
  async function describeGroup(groupName: string): Promise<GroupObservation> {
    const group = await readGroup(autoScaling, groupName);
    const instances = group.Instances ?? [];
    const inService = instances.filter((one) => one.LifecycleState === 'InService').length;
    const desired = group.DesiredCapacity ?? 0;
    const lastFailure =
      inService < desired ? await readLastFailure(autoScaling, groupName) : undefined;
    return {
      desired,
      inService,
      minSize: group.MinSize ?? 0,
      maxSize: group.MaxSize ?? 0,
      ...(lastFailure === undefined ? {} : { lastFailure }),
      observedAtMs: Date.now(),
    };
  }

  async function setDesiredCapacity(input: {
    readonly groupName: string;
    readonly desired: number;
  }): Promise<void> {
    const { groupName, desired } = input;
    const command = new SetDesiredCapacityCommand({
      AutoScalingGroupName: groupName,
      DesiredCapacity: desired,
      HonorCooldown: false,
    });
    try {
      await checkRegion(autoScaling);
      await autoScaling.send(command);
    } catch (error) {
      throw awsFailure(error, {
        what: `SetDesiredCapacity of group "${groupName}" to ${desired}`,
        type: FAILURES.fleetRefused,
        advice: `allow autoscaling:SetDesiredCapacity on the group to the control worker, and check its bounds`,
      });
    }
  }

  return { describeGroup, setDesiredCapacity };
}

async function readGroup(
  autoScaling: AutoScalingClient,
  groupName: string,
): Promise<AutoScalingGroup> {
  const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groupName] });
  try {
    await checkRegion(autoScaling);
    const answer = await autoScaling.send(command);
    const [group] = answer.AutoScalingGroups ?? [];
    if (group !== undefined) return group;
  } catch (error) {
    throw awsFailure(error, {
      what: `DescribeAutoScalingGroups of group "${groupName}"`,
      type: FAILURES.fleetRefused,
      advice: 'allow autoscaling:DescribeAutoScalingGroups to the control worker',
    });
  }
  const region = await autoScaling.config.region();
  throw ApplicationFailure.nonRetryable(
    `There is no Auto Scaling group "${groupName}" in region ${region}; correct AUTO_SCALING_GROUP_NAME or AWS_REGION`,
    FAILURES.fleetRefused,
  );
}

/** The words of the newest scaling activity that ended, where it failed. */
async function readLastFailure(
  autoScaling: AutoScalingClient,
  groupName: string,
): Promise<string | undefined> {
  const command = new DescribeScalingActivitiesCommand({
    AutoScalingGroupName: groupName,
    MaxRecords: 20,
  });
  try {
    const { Activities: activities = [] } = await autoScaling.send(command);
    // Newest first; those under way say nothing yet.
    const last = activities.find((one) => one.StatusCode === 'Failed' || one.Progress === 100);
    if (last?.StatusCode !== 'Failed') return undefined;
    return (last.StatusMessage ?? last.Description ?? 'no reason given').slice(0, 1_000);
  } catch (error) {
    return `not known: DescribeScalingActivities failed: ${wordsOfAws(error)}`;
  }
}
