import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';

/** The AWS clients of a control worker. */
export type AwsClients = {
  readonly cloudFront: CloudFrontClient;
  readonly autoScaling: AutoScalingClient;
  /** Closes idle connections. */
  readonly close: () => void;
};

/** AWS publishes no rate for these calls, so the SDK learns it from throttling answers. */
const CLIENT_SETTINGS = {
  retryMode: 'adaptive',
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
} as const;

/**
 * Creates the clients; nothing is asked of AWS before their first call.
 *
 * Credentials, region and endpoints come from the SDK's own chain (`AWS_REGION`,
 * `AWS_ENDPOINT_URL_CLOUDFRONT`, …).
 */
export function createAwsClients(): AwsClients {
  const cloudFront = new CloudFrontClient(CLIENT_SETTINGS);
  const autoScaling = new AutoScalingClient(CLIENT_SETTINGS);
  return {
    cloudFront,
    autoScaling,
    close: () => {
      cloudFront.destroy();
      autoScaling.destroy();
    },
  };
}

/** Thrown before a call when no region is configured, so that it can be told from other errors. */
export class RegionMissing extends Error {
  override readonly name = 'RegionMissing' as const;
}

/**
 * Makes sure that a client knows its region.
 *
 * @throws RegionMissing when neither `AWS_REGION` nor a profile names one.
 */
export async function checkRegion(client: {
  readonly config: { readonly region: () => Promise<string> };
}): Promise<void> {
  try {
    await client.config.region();
  } catch (error) {
    throw new RegionMissing('no AWS region is configured', { cause: error });
  }
}
