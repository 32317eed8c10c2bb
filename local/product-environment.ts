import { join } from 'node:path';
import type { ProductPorts } from './start-options.ts';
import { environmentWithoutTemporal } from './temporal/dev-server.ts';

/** What the environment of the product's processes follows from. */
export type ProductSettings = {
  readonly dataFolder: string;
  readonly ports: ProductPorts;
  /** A running Temporal server, or the CLI that starts one. */
  readonly temporal: { readonly address: string } | { readonly cliFile: string };
  /** How long the fleet keeps its instances after the last request. @default the product's own */
  readonly fleetIdleSeconds?: number;
};

/** Environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The local AWS's one group, whose instances are fetch workers. */
export const LOCAL_GROUP = { name: 'prewarm_asg_local', region: 'us-east-1' } as const;

/** Settings of the product that the simulated surroundings decide, not the user's environment. */
const OVERRIDDEN: ReadonlySet<string> = new Set([
  'ALLOWED_DISTRIBUTIONS',
  'EDGE_DNS_SERVERS',
  'EDGE_DNS_SUFFIX',
  'FETCH_WORKERS_PER_INSTANCE',
  'METRICS_PORT',
  'PUBLIC_URL',
]);

/**
 * Environment of the product's processes: the user's, but for what the surroundings decide.
 *
 * No `AWS_` variable of the user gets through: a profile of theirs would win over the credentials
 * here, and real ones must not be sent to a stand-in.
 *
 * @param awsUrl the local AWS; absent for itself, which tells its fetch workers.
 */
export function productEnvironment(settings: ProductSettings, awsUrl?: string): Environment {
  const { dataFolder, ports, temporal, fleetIdleSeconds } = settings;
  const inherited =
    'cliFile' in temporal
      ? { ...environmentWithoutTemporal(), TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}` }
      : { ...process.env, TEMPORAL_ADDRESS: temporal.address };
  const kept = Object.entries(inherited).filter(
    ([name]) => !OVERRIDDEN.has(name) && !name.startsWith('AWS_'),
  );
  return {
    ...Object.fromEntries(kept),
    HOST: '127.0.0.1',
    PORT: String(ports.api),
    EDGE_DIRECTORY: join(dataFolder, 'edge-directory.json'),
    EDGE_CA_FILE: caFileIn(dataFolder),
    AUTO_SCALING_GROUP_NAME: LOCAL_GROUP.name,
    ...(fleetIdleSeconds === undefined ? {} : { FLEET_IDLE_SECONDS: String(fleetIdleSeconds) }),
    AWS_REGION: LOCAL_GROUP.region,
    // The local AWS wants calls to be signed, and does not care by whom.
    AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    ...(awsUrl === undefined
      ? {}
      : { AWS_ENDPOINT_URL_CLOUDFRONT: awsUrl, AWS_ENDPOINT_URL_AUTO_SCALING: awsUrl }),
  };
}

/** Where the simulated CloudFront leaves the certificate of its authority. */
export function caFileIn(dataFolder: string): string {
  return join(dataFolder, 'ca.pem');
}
