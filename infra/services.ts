import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib/core';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import {
  type Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
  Secret as ContainerSecret,
  type HealthCheck,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Network } from './network.ts';

/** A process of the image, run by Fargate. */
export type ServiceOptions = {
  readonly id: string;
  readonly command: readonly string[];
  readonly cpu: number;
  readonly memoryMib: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables taken from JSON secrets: variable name to secret. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly securityGroup: SecurityGroup;
  readonly desiredCount: number;
  readonly port?: number;
  readonly healthCheck?: HealthCheck;
};

/** What every service shares. */
export type Platform = {
  readonly cluster: Cluster;
  readonly image: DockerImageAsset;
  readonly network: Network;
};

/** Where JSON log lines of a process go; they hold no URL query strings and no header values. */
export function createLogGroup(stack: Stack, id: string): LogGroup {
  return new LogGroup(stack, `${id}Log`, {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Runs the image's command as a service that replaces what dies, and rolls back a deploy that fails. */
export function createService(
  stack: Stack,
  { cluster, image }: Platform,
  options: ServiceOptions,
): FargateService {
  return new FargateService(stack, options.id, {
    cluster,
    taskDefinition: createTask(stack, image, options),
    desiredCount: options.desiredCount,
    assignPublicIp: true,
    securityGroups: [options.securityGroup],
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    ...(options.port === undefined ? {} : { healthCheckGracePeriod: Duration.seconds(60) }),
  });
}

function createTask(
  stack: Stack,
  image: DockerImageAsset,
  options: ServiceOptions,
): FargateTaskDefinition {
  const task = new FargateTaskDefinition(stack, `${options.id}Task`, {
    cpu: options.cpu,
    memoryLimitMiB: options.memoryMib,
    runtimePlatform: {
      cpuArchitecture: CpuArchitecture.ARM64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
  });
  const secrets: Record<string, ContainerSecret> = {};
  for (const [variable, secret] of Object.entries(options.secrets)) {
    secrets[variable] = ContainerSecret.fromSecretsManager(secret, variable);
  }
  task.addContainer('main', {
    image: ContainerImage.fromDockerImageAsset(image),
    command: [...options.command],
    environment: options.environment,
    secrets,
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(60),
    logging: LogDriver.awsLogs({
      logGroup: createLogGroup(stack, options.id),
      streamPrefix: 'prewarm',
    }),
    ...(options.port === undefined ? {} : { portMappings: [{ containerPort: options.port }] }),
    ...(options.healthCheck === undefined ? {} : { healthCheck: options.healthCheck }),
  });
  return task;
}
