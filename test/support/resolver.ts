import { readAllowedDistributions } from '../../activities/allowed-distributions.ts';
import { createDistributionCatalogue } from '../../activities/distribution-catalogue.ts';
import type { ResolveTargetsInput } from '../../activities/index.ts';
import { createResolveTargetsActivity } from '../../activities/resolve-targets.ts';
import type { ResolvedTargets } from '../../domain/prewarm.ts';
import type { EdgeDirectory } from '../../edge/directory.ts';
import { createActivityEnvironment } from './activity-environment.ts';
import type { TestAws } from './local-aws.ts';

const POPS = [
  { id: 'NRT57-P3', area: 'ap-northeast-1' },
  { id: 'FRA56-P1', area: 'eu-central-1' },
];

/** A directory in which every POP exists. */
export const ANY_POP: EdgeDirectory = {
  resolve: async () => ({ isFound: true, addresses: { https: [], http: [] } }),
};

/** What a test sets; by default every POP exists and no host has a CNAME. */
export type ResolverSettings = {
  readonly allowed?: readonly string[];
  /** Host → end of its CNAME chain. */
  readonly cnames?: Readonly<Record<string, string>>;
  readonly directory?: EdgeDirectory;
  readonly now?: () => number;
};

/** The activity `resolveTargets` on a local AWS, for POPs in Tokyo and Frankfurt. */
export function createResolver(aws: TestAws, settings: ResolverSettings = {}) {
  const { cnames = {}, directory = ANY_POP, now = Date.now } = settings;
  const activity = createResolveTargetsActivity({
    catalogue: createDistributionCatalogue({ cloudFront: aws.cloudFront, now }),
    allowed: readAllowedDistributions(settings.allowed),
    cnames: {
      find: async (host, isWanted) => {
        const target = cnames[host];
        return target !== undefined && isWanted(target) ? target : undefined;
      },
    },
    directory,
    dnsSuffix: 'cloudfront.net',
  });
  return async (
    requestHosts: string[],
    more: Partial<ResolveTargetsInput> = {},
  ): Promise<ResolvedTargets> =>
    createActivityEnvironment().run(activity, { requestHosts, pops: POPS, ...more });
}
