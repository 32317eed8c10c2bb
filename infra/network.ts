import type { Stack } from 'aws-cdk-lib/core';
import {
  GatewayVpcEndpointAwsService,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';

/** Where everything runs. */
export type Network = {
  readonly vpc: Vpc;
  readonly loadBalancerGroup: SecurityGroup;
  readonly apiGroup: SecurityGroup;
  /** Of the control and fetch workers: they call out and nobody calls them. */
  readonly workerGroup: SecurityGroup;
};

/** Port of the api inside the network. */
export const API_PORT = 8080;

/**
 * Public subnets only: a NAT gateway would carry, and charge by the gigabyte for, every fetched byte.
 * What keeps strangers out are the security groups.
 */
export function createNetwork(stack: Stack, callerCidr: string): Network {
  const vpc = new Vpc(stack, 'Network', {
    natGateways: 0,
    subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC }],
    // Image layers come from S3: free through a gateway.
    gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
  });
  const group = (id: string, description: string) =>
    new SecurityGroup(stack, id, { vpc, description, allowAllOutbound: true });

  const loadBalancerGroup = new SecurityGroup(stack, 'LoadBalancerGroup', {
    vpc,
    description: 'Callers of the api',
    allowAllOutbound: false,
  });
  loadBalancerGroup.addIngressRule(Peer.ipv4(callerCidr), Port.tcp(443), 'Callers over TLS');
  loadBalancerGroup.addIngressRule(Peer.ipv4(callerCidr), Port.tcp(80), 'Redirected to TLS');
  const apiGroup = group('ApiGroup', 'Api: from the load balancer only');
  apiGroup.addIngressRule(loadBalancerGroup, Port.tcp(API_PORT), 'The load balancer');
  loadBalancerGroup.addEgressRule(apiGroup, Port.tcp(API_PORT), 'The api');
  return { vpc, loadBalancerGroup, apiGroup, workerGroup: group('WorkerGroup', 'Egress only') };
}
