import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import type { InstanceProcess } from '../../local/aws/instance.ts';
import { startLocalAws, type LocalAws, type LocalAwsSettings } from '../../local/aws/local-aws.ts';
import type { LocalDistribution } from '../../local/aws/local-distribution.ts';

/** Name of the group of a test's AWS. */
export const TEST_GROUP = 'prewarm_asg_test';

/** A local AWS with clients of the real SDK on it. */
export type TestAws = LocalAws & {
  readonly cloudFront: CloudFrontClient;
  readonly autoScaling: AutoScalingClient;
};

/** What a test may set; everything else works at once. */
export type TestAwsSettings = Partial<
  Pick<
    LocalAwsSettings,
    'distributions' | 'pageSize' | 'invalidationDelayMs' | 'clearCaches' | 'launch'
  >
> & {
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly bootDelayMs?: number;
  readonly hookTimeoutMs?: number;
};

/** Starts a local AWS whose instances are no processes. */
export async function startTestAws(settings: TestAwsSettings = {}): Promise<TestAws> {
  const { minSize = 0, maxSize = 100, bootDelayMs = 0, hookTimeoutMs = 0, ...rest } = settings;
  const aws = await startLocalAws({
    port: 0,
    distributions: [testDistribution()],
    invalidationDelayMs: 0,
    clearCaches: async () => undefined,
    launch: createFakeProcess,
    ...rest,
    group: {
      name: TEST_GROUP,
      region: 'eu-west-1',
      hookName: `${TEST_GROUP}-drain`,
      minSize,
      maxSize,
      bootDelayMs,
      hookTimeoutMs,
    },
  });
  const cloudFront = new CloudFrontClient(clientSettings(aws.url));
  const autoScaling = new AutoScalingClient(clientSettings(aws.url));
  return {
    ...aws,
    cloudFront,
    autoScaling,
    close: async () => {
      cloudFront.destroy();
      autoScaling.destroy();
      await aws.close();
    },
  };
}

/** Settings of an SDK client on a local AWS. */
export function clientSettings(endpoint: string) {
  return {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
  } as const;
}

/** A distribution that serves, with overrides. */
export function testDistribution(overrides: Partial<LocalDistribution> = {}): LocalDistribution {
  return {
    id: 'E1TEST',
    domainName: 'd1test.cloudfront.net',
    aliases: ['www.example.com'],
    isEnabled: true,
    isDeployed: true,
    isStaging: false,
    isTenantOnly: false,
    priceClass: 'PriceClass_All',
    ...overrides,
  };
}

/** An instance's process that ends when it is told to. */
export function createFakeProcess(): InstanceProcess {
  let end: (() => void) | undefined;
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    end = () => {
      hasEnded = true;
      resolve();
    };
  });
  return {
    ended,
    hasEnded: () => hasEnded,
    signal: () => end?.(),
    stop: async () => end?.(),
  };
}
