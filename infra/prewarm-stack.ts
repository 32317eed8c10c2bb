import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CfnOutput, Stack, type App } from 'aws-cdk-lib/core';
import { DockerImageAsset, Platform as ImagePlatform } from 'aws-cdk-lib/aws-ecr-assets';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { createApi } from './api.ts';
import { createControl } from './control.ts';
import { commonEnvironment } from './environment.ts';
import { createFleet } from './fleet.ts';
import { createNetwork } from './network.ts';
import { declareParameters } from './parameters.ts';
import { temporalSecretVariables, type Secrets } from './secrets-stack.ts';
import type { Platform } from './services.ts';
import type { Settings } from './settings.ts';

/** Folder with the Dockerfile. */
const PROJECT_FOLDER = dirname(dirname(fileURLToPath(import.meta.url)));

/** The main stack: network, api, control workers, fleet. Belongs to no account or region until deployed. */
export function createPrewarmStack(app: App, settings: Settings, secrets: Secrets): Stack {
  const stack = new Stack(app, settings.name, {
    stackName: settings.name,
    description: 'cloudfront-prewarm: fills CloudFront edge caches before users arrive',
  });
  const parameters = declareParameters(stack);
  const groupName = `${settings.name}-fetch`;
  const environment = commonEnvironment(parameters, groupName);
  const temporalSecrets = Object.fromEntries(
    temporalSecretVariables(settings).map((variable) => [variable, secrets.temporal] as const),
  );
  const platform = createPlatform(stack, parameters.callerCidr.valueAsString);

  const loadBalancer = createApi(stack, platform, {
    parameters,
    environment,
    secrets: { ...temporalSecrets, API_KEYS: secrets.api, REPORT_SIGNING_KEY: secrets.api },
  });
  createControl(stack, platform, {
    parameters,
    groupName,
    environment,
    secrets: temporalSecrets,
  });
  createFleet(stack, platform, {
    settings,
    parameters,
    groupName,
    environment,
    temporalSecret: secrets.temporal,
  });

  new CfnOutput(stack, 'LoadBalancerName', {
    description: "Point the api's host name here (alias or CNAME)",
    value: loadBalancer.loadBalancerDnsName,
  });
  new CfnOutput(stack, 'FleetGroupName', { value: groupName });
  new CfnOutput(stack, 'ClusterName', { value: platform.cluster.clusterName });
  return stack;
}

function createPlatform(stack: Stack, callerCidr: string): Platform {
  const network = createNetwork(stack, callerCidr);
  const cluster = new Cluster(stack, 'Cluster', { vpc: network.vpc });
  const image = new DockerImageAsset(stack, 'Image', {
    directory: PROJECT_FOLDER,
    target: 'product',
    platform: ImagePlatform.LINUX_ARM64,
  });
  return { network, cluster, image };
}
