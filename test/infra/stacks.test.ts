import { expect, test } from 'vitest';
import { z } from 'zod';
import { Match } from '../../infra/assertions.ts';
import { drainHookName } from '../../domain/ids.ts';
import { synthesise, textOf } from './synthesised.ts';

const { main, secrets } = synthesise();

const DOORS = ['CallerCidr', 'CertificateArn', 'PublicUrl', 'TemporalAddress'];

const groupSchema = z.object({
  Properties: z.object({
    GroupDescription: z.string(),
    SecurityGroupIngress: z.array(z.object({ FromPort: z.number() })).optional(),
  }),
});

test('carries no byte through a NAT gateway', () => {
  expect(() => main.resourceCountIs('AWS::EC2::NatGateway', 0)).not.toThrow();
  expect(() =>
    main.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: true }),
  ).not.toThrow();
});

test('lets nobody call a worker', () => {
  const groups = Object.entries(main.findResources('AWS::EC2::SecurityGroup')).map(
    ([id, group]) => ({ id, ...groupSchema.parse(group).Properties }),
  );
  const rules = Object.values(main.findResources('AWS::EC2::SecurityGroupIngress'));

  const worker = groups.find(({ GroupDescription }) => GroupDescription === 'Egress only');
  expect(worker).toBeDefined();
  expect(worker?.SecurityGroupIngress).toBeUndefined();
  expect(JSON.stringify(rules)).not.toContain(worker?.id);
});

test('opens the load balancer to the given range only, and the api to the load balancer only', () => {
  expect(() =>
    main.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Callers of the api',
      SecurityGroupIngress: [
        Match.objectLike({ CidrIp: { Ref: 'CallerCidr' }, FromPort: 443 }),
        Match.objectLike({ CidrIp: { Ref: 'CallerCidr' }, FromPort: 80 }),
      ],
    }),
  ).not.toThrow();
  expect(() =>
    main.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 8080,
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ApiGroup'), 'GroupId'] },
      SourceSecurityGroupId: {
        'Fn::GetAtt': [Match.stringLikeRegexp('^LoadBalancerGroup'), 'GroupId'],
      },
    }),
  ).not.toThrow();
});

test('speaks TLS 1.2 or newer to callers and sends plain HTTP there', () => {
  expect(() =>
    main.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      SslPolicy: Match.stringLikeRegexp('^ELBSecurityPolicy-TLS13-1-2'),
      Certificates: [{ CertificateArn: { Ref: 'CertificateArn' } }],
    }),
  ).not.toThrow();
  expect(() =>
    main.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    }),
  ).not.toThrow();
});

test('leaves the size of the group to the product, from 0 to the parameter', () => {
  expect(() =>
    main.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
      AutoScalingGroupName: 'prewarm-fetch',
      MinSize: '0',
      MaxSize: { Ref: 'MaxInstances' },
      DesiredCapacity: Match.absent(),
      MixedInstancesPolicy: {
        InstancesDistribution: {
          OnDemandPercentageAboveBaseCapacity: { Ref: 'OnDemandPercentage' },
          SpotAllocationStrategy: 'price-capacity-optimized',
        },
      },
    }),
  ).not.toThrow();
});

test('holds a terminating instance until it has drained', () => {
  expect(() =>
    main.hasResourceProperties('AWS::AutoScaling::LifecycleHook', {
      LifecycleHookName: drainHookName('prewarm-fetch'),
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 150,
      DefaultResult: 'CONTINUE',
    }),
  ).not.toThrow();
});

test('asks for IMDSv2 and an encrypted disk', () => {
  expect(() =>
    main.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        BlockDeviceMappings: [{ Ebs: Match.objectLike({ Encrypted: true, VolumeType: 'gp3' }) }],
      },
    }),
  ).not.toThrow();
});

test('runs the api and the control worker from one image, with a read-only disk', () => {
  for (const command of ['dist/api/server.js', 'dist/workers/control.js']) {
    expect(() =>
      main.hasResourceProperties('AWS::ECS::TaskDefinition', {
        RuntimePlatform: { CpuArchitecture: 'ARM64' },
        ContainerDefinitions: [
          Match.objectLike({ Command: ['node', command], ReadonlyRootFilesystem: true }),
        ],
      }),
    ).not.toThrow();
  }
});

test('opens no door by default', () => {
  const defaults = Object.entries(main.findParameters('*')).filter(
    ([name, parameter]) => DOORS.includes(name) && 'Default' in parameter,
  );

  expect(defaults).toEqual([]);
});

test('keeps the secrets when a stack is deleted', () => {
  expect(() =>
    secrets.allResources('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    }),
  ).not.toThrow();
  expect(() => main.resourceCountIs('AWS::SecretsManager::Secret', 0)).not.toThrow();
});

test.each([
  ['api-key', ['TEMPORAL_API_KEY']],
  ['mtls', ['TEMPORAL_TLS_CLIENT_CERT_DATA', 'TEMPORAL_TLS_CLIENT_KEY_DATA']],
  ['none', []],
])('hands the proof for Temporal to every process: %s', (temporalAuthentication, variables) => {
  const stacks = synthesise({ temporalAuthentication });

  const containers = z
    .record(
      z.string(),
      z.object({
        Properties: z.object({
          ContainerDefinitions: z.array(
            z.object({ Secrets: z.array(z.object({ Name: z.string() })).default([]) }),
          ),
        }),
      }),
    )
    .parse(stacks.main.findResources('AWS::ECS::TaskDefinition'));
  const perTask = Object.values(containers).map(({ Properties }) =>
    Properties.ContainerDefinitions.flatMap(({ Secrets }) => Secrets.map(({ Name }) => Name)),
  );
  const script = textOf(userDataOf(stacks.main.findResources('AWS::EC2::LaunchTemplate')));
  expect(perTask).toHaveLength(2);
  for (const names of perTask)
    expect(names.filter((name) => name.startsWith('TEMPORAL'))).toEqual(variables);
  expect(
    [...script.matchAll(/ -e (TEMPORAL_(?:API_KEY|TLS)\w*)/g)].map(([, name]) => name),
  ).toEqual(variables);
});

test('belongs to no account, region or earlier name', () => {
  const { main: other } = synthesise({ name: 'second' });

  expect(JSON.stringify(other.toJSON())).not.toMatch(/prewarm-fetch|\d{12}|us-east-1/);
});

function userDataOf(templates: Readonly<Record<string, unknown>>): unknown {
  const schema = z.object({
    Properties: z.object({ LaunchTemplateData: z.object({ UserData: z.unknown() }) }),
  });
  return Object.values(templates).map(
    (template) => schema.parse(template).Properties.LaunchTemplateData.UserData,
  )[0];
}
