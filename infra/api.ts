import { Duration, type Stack } from 'aws-cdk-lib/core';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerAction,
  ListenerCertificate,
  SslPolicy,
  type ApplicationListener,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { API_PORT, type Network } from './network.ts';
import type { Parameters } from './parameters.ts';
import { createService, type Platform } from './services.ts';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';

/** What the api needs besides the platform. */
export type ApiOptions = {
  readonly parameters: Parameters;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
};

/** The api behind a load balancer that speaks TLS to callers. */
export function createApi(
  stack: Stack,
  platform: Platform,
  options: ApiOptions,
): ApplicationLoadBalancer {
  const { parameters } = options;
  const service = createService(stack, platform, {
    id: 'ApiService',
    command: ['node', 'dist/api/server.js'],
    cpu: 512,
    memoryMib: 1024,
    environment: {
      ...options.environment,
      HOST: '0.0.0.0',
      PORT: String(API_PORT),
      PUBLIC_URL: parameters.publicUrl.valueAsString,
    },
    secrets: options.secrets,
    securityGroup: platform.network.apiGroup,
    desiredCount: parameters.apiTasks.valueAsNumber,
    port: API_PORT,
  });
  const { loadBalancer, listener } = createListener(
    stack,
    platform.network,
    parameters.certificateArn.valueAsString,
  );
  listener.addTargets('Api', {
    port: API_PORT,
    protocol: ApplicationProtocol.HTTP,
    targets: [service],
    deregistrationDelay: Duration.seconds(30),
    // Not /readyz: that fails while Temporal is away, and replacing the api would not bring it back.
    healthCheck: { path: '/healthz', interval: Duration.seconds(10), healthyThresholdCount: 2 },
  });
  return loadBalancer;
}

function createListener(
  stack: Stack,
  { vpc, loadBalancerGroup }: Network,
  certificateArn: string,
): { loadBalancer: ApplicationLoadBalancer; listener: ApplicationListener } {
  const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', {
    vpc,
    internetFacing: true,
    securityGroup: loadBalancerGroup,
    dropInvalidHeaderFields: true,
    // A 32 MiB body over a slow line, and event streams, which send something every few seconds.
    idleTimeout: Duration.seconds(120),
  });
  loadBalancer.addListener('Redirect', {
    port: 80,
    open: false,
    defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
  });
  const listener = loadBalancer.addListener('Tls', {
    port: 443,
    open: false,
    certificates: [ListenerCertificate.fromArn(certificateArn)],
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
  });
  return { loadBalancer, listener };
}
