import { Duration, type Stack } from 'aws-cdk-lib/core';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { METRICS_PORT } from './environment.ts';
import type { Parameters } from './parameters.ts';
import { controlPermissions } from './permissions.ts';
import { createService, type Platform } from './services.ts';

/** What the control workers need besides the platform. */
export type ControlOptions = {
  readonly parameters: Parameters;
  readonly groupName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
};

/** The control workers: always on, as queries of running requests need one. */
export function createControl(stack: Stack, platform: Platform, options: ControlOptions): void {
  const { parameters, groupName } = options;
  const service = createService(stack, platform, {
    id: 'ControlService',
    command: ['node', 'dist/workers/control.js'],
    cpu: 1024,
    memoryMib: 2048,
    environment: {
      ...options.environment,
      HOST: '127.0.0.1',
      METRICS_PORT: String(METRICS_PORT),
      ALLOWED_DISTRIBUTIONS: parameters.allowedDistributions.valueAsString,
    },
    secrets: options.secrets,
    securityGroup: platform.network.workerGroup,
    desiredCount: parameters.controlTasks.valueAsNumber,
    healthCheck: {
      command: ['CMD', 'node', 'deploy/health.mjs'],
      interval: Duration.seconds(30),
      timeout: Duration.seconds(5),
      startPeriod: Duration.seconds(60),
      retries: 3,
    },
  });
  for (const statement of controlPermissions(stack, groupName)) {
    service.taskDefinition.addToTaskRolePolicy(statement);
  }
}
