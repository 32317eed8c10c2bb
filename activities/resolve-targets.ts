import { ApplicationFailure, log } from '@temporalio/activity';
import { FAILURES } from '../domain/failures.ts';
import type { ResolvedDistribution, ResolvedTargets } from '../domain/prewarm.ts';
import type { EdgeDirectory } from '../edge/directory.ts';
import type { ResolveTargetsInput } from './index.ts';
import type { AllowedDistributions, LocatedDistribution } from './allowed-distributions.ts';
import { awsFailure, wordsOfAws } from './aws-error.ts';
import type { CnameLookup } from './cname-lookup.ts';
import type { DistributionCatalogue, DistributionListing } from './distribution-catalogue.ts';
import { distributionWarnings, whyNotServing } from './distribution-state.ts';
import { findOwner, findOwnerWithin, type HostOwner, type OwnerDeps } from './host-owner.ts';
import { findLivePops } from './live-pops.ts';
import { mapBounded } from './map-bounded.ts';

/** What the activity works with. */
export type ResolveTargetsDeps = {
  readonly catalogue: DistributionCatalogue;
  readonly allowed: AllowedDistributions;
  readonly cnames: CnameLookup;
  readonly directory: EdgeDirectory;
  /** Domain of POP names: `EDGE_DNS_SUFFIX`. */
  readonly dnsSuffix: string;
};

/** Hosts a request may have: a distribution has at most 100 aliases, an account 500 distributions. */
const MOST_HOSTS = 2_000;
const HOSTS_AT_ONCE = 32;
const LISTING_AGE_MS = 5 * 60_000;
/** A host that no listed distribution has is looked for in a list at most this old. */
const LISTING_AGE_AFTER_MISS_MS = 30_000;
/** Where the list is not needed, a request does not wait longer for it (slow credential look-ups). */
const OPTIONAL_LISTING_WAIT_MS = 2_500;

/**
 * Creates the activity `resolveTargets`: the distribution of each URL host, and which POPs exist.
 *
 * Idempotent, reads only. A host that may not be warmed is data, with its reason; so is a POP that
 * does not exist.
 *
 * @throws ApplicationFailure `DistributionsUnreadable` when only ListDistributions can say what is
 *   allowed, or gives the ids that an invalidation needs, and AWS refuses it.
 */
export function createResolveTargetsActivity(
  deps: ResolveTargetsDeps,
): (input: ResolveTargetsInput) => Promise<ResolvedTargets> {
  return async (input) => {
    if (input.requestHosts.length > MOST_HOSTS) throw tooManyHosts(input.requestHosts.length);
    const owners = await findOwners(input, deps);
    const places = placeHosts(input, owners);
    const first = places.located[0];
    const pops =
      first === undefined
        ? { livePops: [], failedPops: [] }
        : await findLivePops(input.pops, first.domainName, deps.directory);
    const live = pops.livePops.flatMap((index) => input.pops[index] ?? []);
    return {
      distributions: places.located.map(summarise),
      hosts: places.hosts,
      ...pops,
      warnings: places.located.flatMap(({ record }) =>
        record === undefined ? [] : distributionWarnings(record, live),
      ),
    };
  };
}

async function findOwners(
  input: ResolveTargetsInput,
  deps: ResolveTargetsDeps,
): Promise<HostOwner[]> {
  const listed = await readListing(input, deps, LISTING_AGE_MS);
  const owners = await ownersBy(listed, input, deps);
  const isMiss = owners.some((owner) => 'refusal' in owner);
  if (!isMiss || listed.listing === undefined) return owners;
  const newer = await readListing(input, deps, LISTING_AGE_AFTER_MISS_MS);
  return newer.listing === listed.listing ? owners : ownersBy(newer, input, deps);
}

type Listed = { readonly listing?: DistributionListing; readonly listingProblem?: string };

async function readListing(
  input: ResolveTargetsInput,
  deps: ResolveTargetsDeps,
  maxAgeMs: number,
): Promise<Listed> {
  const isNeeded = deps.allowed.isByListing || input.needInvalidate === true;
  try {
    const listing = deps.catalogue.list(maxAgeMs);
    return isNeeded ? { listing: await listing } : await withoutLongWait(listing);
  } catch (error) {
    if (isNeeded) throw unreadable(error, deps.allowed.isByListing);
    const listingProblem = `ListDistributions failed: ${wordsOfAws(error)}`;
    log.info('Going on without ListDistributions', { listingProblem });
    return { listingProblem };
  }
}

async function withoutLongWait(listing: Promise<DistributionListing>): Promise<Listed> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<Listed>((resolve) => {
    const listingProblem = `ListDistributions gave no answer in ${OPTIONAL_LISTING_WAIT_MS} ms`;
    timer = setTimeout(() => resolve({ listingProblem }), OPTIONAL_LISTING_WAIT_MS);
  });
  try {
    return await Promise.race([listing.then((found) => ({ listing: found })), tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}

async function ownersBy(
  listed: Listed,
  input: ResolveTargetsInput,
  deps: ResolveTargetsDeps,
): Promise<HostOwner[]> {
  const suffixes = [...new Set(['cloudfront.net', deps.dnsSuffix])];
  const ownerDeps: OwnerDeps = { ...deps, ...listed, suffixes };
  const { cfDomain } = input;
  const hosts = input.requestHosts.map((host) => host.replace(/:\d+$/, '').toLowerCase());
  if (cfDomain === undefined) {
    return mapBounded(hosts, HOSTS_AT_ONCE, (host) => findOwner(host, ownerDeps));
  }
  const located = await findOwner(cfDomain, ownerDeps);
  if ('refusal' in located) return hosts.map(() => ({ refusal: `cf_domain: ${located.refusal}` }));
  return mapBounded(hosts, HOSTS_AT_ONCE, (host) =>
    findOwnerWithin(host, { cfDomain, located }, ownerDeps),
  );
}

type Places = {
  readonly located: readonly LocatedDistribution[];
  readonly hosts: ResolvedTargets['hosts'];
};

function placeHosts(input: ResolveTargetsInput, owners: readonly HostOwner[]): Places {
  const placeByName = new Map<string, number>();
  const located: LocatedDistribution[] = [];
  const place = (owner: HostOwner): { distribution: number } | { refusal: string } => {
    const refusal = 'refusal' in owner ? owner.refusal : whyUnusable(owner, input);
    if ('refusal' in owner || refusal !== undefined) return { refusal: refusal ?? '' };
    const known = placeByName.get(owner.domainName);
    if (known !== undefined) return { distribution: known };
    placeByName.set(owner.domainName, located.length);
    return { distribution: located.push(owner) - 1 };
  };
  const hosts = Object.fromEntries(
    owners.map((owner, index) => [input.requestHosts[index] ?? '', place(owner)]),
  );
  return { located, hosts };
}

function whyUnusable(owner: LocatedDistribution, input: ResolveTargetsInput): string | undefined {
  if (owner.record !== undefined) return whyNotServing(owner.record);
  if (input.needInvalidate !== true) return undefined;
  return `${owner.domainName} is not shown by ListDistributions (another account's, or the endpoint of distribution tenants), so its paths can't be invalidated; set need_invalidate to false`;
}

function summarise({ domainName, record }: LocatedDistribution): ResolvedDistribution {
  if (record === undefined) return { domainName, hasOriginShield: false };
  return { id: record.id, domainName, hasOriginShield: record.hasOriginShield };
}

function unreadable(error: unknown, isForPermission: boolean): ApplicationFailure {
  return awsFailure(error, {
    what: 'ListDistributions',
    type: FAILURES.distributionsUnreadable,
    advice: isForPermission
      ? 'allow cloudfront:ListDistributions to the control worker, or set ALLOWED_DISTRIBUTIONS to the domain names that may be warmed'
      : 'need_invalidate needs the distribution id: allow cloudfront:ListDistributions to the control worker',
  });
}

function tooManyHosts(hosts: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `The URLs have ${hosts} different hosts, more than ${MOST_HOSTS}; split the request`,
    FAILURES.invalidPrewarmRequest,
  );
}
