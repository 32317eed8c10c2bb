import type { Stack } from 'aws-cdk-lib/core';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * What the control worker asks of CloudFront and Auto Scaling, and nothing more. Actions without a
 * resource level of their own (every List and Describe here) need `*`:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export function controlPermissions(stack: Stack, groupName: string): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'FindDistributionsAndGroups',
      actions: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeScalingActivities',
        'cloudfront:ListDistributions',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'InvalidateBeforeWarming',
      actions: ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
      resources: [`arn:${stack.partition}:cloudfront::${stack.account}:distribution/*`],
    }),
    new PolicyStatement({
      sid: 'SizeTheFleet',
      actions: ['autoscaling:SetDesiredCapacity'],
      resources: [groupArn(stack, groupName)],
    }),
  ];
}

/** What a fetch worker asks of AWS: to end its own draining. A fetch itself is an anonymous viewer's. */
export function fetchPermissions(stack: Stack, groupName: string): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'EndOwnDraining',
      actions: ['autoscaling:CompleteLifecycleAction'],
      resources: [groupArn(stack, groupName)],
    }),
  ];
}

function groupArn(stack: Stack, groupName: string): string {
  const { partition, region, account } = stack;
  return `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${groupName}`;
}
