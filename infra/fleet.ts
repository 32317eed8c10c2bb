import { Duration, type Stack } from 'aws-cdk-lib/core';
import {
  AutoScalingGroup,
  DefaultResult,
  LifecycleTransition,
  SpotAllocationStrategy,
  type MixedInstancesPolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  MachineImage,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { drainHookName } from '../domain/ids.ts';
import type { Parameters } from './parameters.ts';
import { fetchPermissions } from './permissions.ts';
import { createLogGroup, type Platform } from './services.ts';
import { temporalSecretVariables } from './secrets-stack.ts';
import type { Settings } from './settings.ts';
import { createUserData } from './user-data.ts';

/** What the fleet needs besides the platform. */
export type FleetOptions = {
  readonly settings: Settings;
  readonly parameters: Parameters;
  readonly groupName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly temporalSecret: Secret;
};

/** A worker hands its batches back and ends by itself within 30 s. */
const DRAIN_SECONDS = 45;

/** A drained worker completes the hook itself; one that hangs holds its instance no longer than this. */
const HOOK_SECONDS = 150;

/**
 * The Auto Scaling group of the fetch workers, 0 to MaxInstances. Its desired capacity belongs to the
 * product alone: naming one here would reset it at each deploy.
 */
export function createFleet(stack: Stack, platform: Platform, options: FleetOptions): void {
  const { parameters, groupName, settings } = options;
  const { vpc } = platform.network;
  const group = new AutoScalingGroup(stack, 'Fleet', {
    vpc,
    autoScalingGroupName: groupName,
    minCapacity: 0,
    maxCapacity: parameters.maxInstances.valueAsNumber,
    capacityRebalance: true,
    mixedInstancesPolicy: instanceMix(createTemplate(stack, platform, options), {
      onDemandPercentage: parameters.onDemandPercentage.valueAsNumber,
      instanceTypes: settings.instanceTypes,
    }),
  });
  group.addLifecycleHook('Drain', {
    lifecycleHookName: drainHookName(groupName),
    lifecycleTransition: LifecycleTransition.INSTANCE_TERMINATING,
    heartbeatTimeout: Duration.seconds(HOOK_SECONDS),
    defaultResult: DefaultResult.CONTINUE,
  });
}

function instanceMix(
  launchTemplate: LaunchTemplate,
  mix: { readonly onDemandPercentage: number; readonly instanceTypes: readonly string[] },
): MixedInstancesPolicy {
  return {
    launchTemplate,
    instancesDistribution: {
      onDemandPercentageAboveBaseCapacity: mix.onDemandPercentage,
      spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    },
    launchTemplateOverrides: mix.instanceTypes.map((type) => ({
      instanceType: new InstanceType(type),
    })),
  };
}

function createTemplate(stack: Stack, platform: Platform, options: FleetOptions): LaunchTemplate {
  const { temporalSecret, settings } = options;
  const logGroup = createLogGroup(stack, 'Fetch');
  const role = new Role(stack, 'FetchRole', {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
  });
  for (const statement of fetchPermissions(stack, options.groupName)) role.addToPolicy(statement);
  logGroup.grantWrite(role);
  platform.image.repository.grantPull(role);
  temporalSecret.grantRead(role);

  return new LaunchTemplate(stack, 'FetchTemplate', {
    role,
    machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
    securityGroup: platform.network.workerGroup,
    associatePublicIpAddress: true,
    requireImdsv2: true,
    // The workers are on the host's network, so one hop reaches them and no container behind a bridge.
    httpPutResponseHopLimit: 1,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: BlockDeviceVolume.ebs(10, {
          volumeType: EbsDeviceVolumeType.GP3,
          encrypted: true,
          deleteOnTermination: true,
        }),
      },
    ],
    userData: createUserData(stack, {
      imageUri: platform.image.imageUri,
      logGroupName: logGroup.logGroupName,
      environment: options.environment,
      drainSeconds: DRAIN_SECONDS,
      secret: {
        arn: temporalSecret.secretArn,
        variables: temporalSecretVariables(settings),
      },
    }),
  });
}
