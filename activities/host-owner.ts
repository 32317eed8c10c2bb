import { findByHost, type DistributionListing } from './distribution-catalogue.ts';
import type { AllowedDistributions, LocatedDistribution } from './allowed-distributions.ts';
import type { CnameLookup } from './cname-lookup.ts';
import { namesHost } from './distribution-record.ts';

/** What decides whose a host is. */
export type OwnerDeps = {
  readonly allowed: AllowedDistributions;
  readonly cnames: CnameLookup;
  /** Absent where ListDistributions could not be read. */
  readonly listing?: DistributionListing;
  /** Why there is no listing. */
  readonly listingProblem?: string;
  /** Domains of CloudFront's own names: `cloudfront.net`, and `cloudfront.cn` in China. */
  readonly suffixes: readonly string[];
};

/** The distribution of a host, or why there is none that may be warmed. */
export type HostOwner = LocatedDistribution | { readonly refusal: string };

/** Finds the distribution of a host by its own name, its aliases, and its CNAME chain. */
export async function findOwner(host: string, deps: OwnerDeps): Promise<HostOwner> {
  const located = await locate(host, deps);
  if ('refusal' in located && isVouchedFor(host, deps)) return { domainName: host };
  if ('refusal' in located || deps.allowed.allows(located, host)) return located;
  return { refusal: refusalOf(located, host, deps) };
}

/**
 * Whether the operator's word is all there is, and enough: no list of distributions to look into,
 * and `ALLOWED_DISTRIBUTIONS` is `*` or names the host. An apex domain, for instance, reaches
 * CloudFront by an address record, not by a CNAME. POP names take any first label.
 */
function isVouchedFor(host: string, { listing, allowed }: OwnerDeps): boolean {
  return listing === undefined && (allowed.isAny || allowed.namesHost(host));
}

/**
 * Decides whether a host is one of the names of the distribution that `cf_domain` gave.
 *
 * Without a listing the operator's own list, the CNAME chain, or `ALLOWED_DISTRIBUTIONS=*` has to
 * vouch for it: POP addresses are shared, so another host would be served by its own distribution.
 */
export async function findOwnerWithin(
  host: string,
  given: { readonly cfDomain: string; readonly located: LocatedDistribution },
  deps: OwnerDeps,
): Promise<HostOwner> {
  const { cfDomain, located } = given;
  if (host === cfDomain || host === located.domainName) return located;
  const { record } = located;
  if (record !== undefined) {
    if (record.aliases.some((alias) => namesHost(alias, host))) return located;
    return { refusal: `${host} is no name of distribution ${record.id} (${located.domainName})` };
  }
  if (deps.allowed.isAny || deps.allowed.namesHost(host)) return located;
  const target = await followCnames(host, deps);
  if (typeof target === 'string' && target === located.domainName) return located;
  const why = deps.listingProblem ?? 'ListDistributions does not show it';
  return {
    refusal: `${host} can't be shown to be a name of ${located.domainName} (${why}); add ${host} to ALLOWED_DISTRIBUTIONS, or allow cloudfront:ListDistributions`,
  };
}

/** Whether a name is a distribution's own: one label before the suffix. */
export function isCloudFrontName(name: string, suffixes: readonly string[]): boolean {
  const dot = name.indexOf('.');
  return dot > 0 && suffixes.includes(name.slice(dot + 1));
}

async function locate(host: string, deps: OwnerDeps): Promise<HostOwner> {
  const record = deps.listing === undefined ? undefined : findByHost(deps.listing, host);
  if (record !== undefined) return { domainName: record.domainName, record };
  if (isCloudFrontName(host, deps.suffixes)) return { domainName: host };

  const target = await followCnames(host, deps);
  if (target === undefined) return { refusal: unknownHost(host, deps) };
  if (typeof target !== 'string') return target;
  const owner = deps.listing?.byDomainName.get(target);
  return owner === undefined ? { domainName: target } : { domainName: target, record: owner };
}

async function followCnames(
  host: string,
  deps: OwnerDeps,
): Promise<string | undefined | { readonly refusal: string }> {
  try {
    return await deps.cnames.find(host, (name) => isCloudFrontName(name, deps.suffixes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      refusal: `the CNAME of ${host} can't be looked up (${reason}); check EDGE_DNS_SERVERS or give cf_domain`,
    };
  }
}

function unknownHost(host: string, deps: OwnerDeps): string {
  const noAlias =
    deps.listing === undefined
      ? `its aliases can't be looked up (${deps.listingProblem ?? 'ListDistributions was not asked'})`
      : 'no distribution of this account has it as an alias';
  return `${host} has no CNAME that ends in ${deps.suffixes[0] ?? 'cloudfront.net'}, and ${noAlias}; give cf_domain or correct the host`;
}

function refusalOf(located: LocatedDistribution, host: string, deps: OwnerDeps): string {
  const name = located.record?.id ?? located.domainName;
  if (deps.allowed.isByListing) {
    return `${host} is served by ${name}, which ListDistributions does not show: it belongs to another account, or to a distribution tenant; add it to ALLOWED_DISTRIBUTIONS if it is yours`;
  }
  const byId =
    deps.listing === undefined
      ? `; ids in that list can't be matched (${deps.listingProblem ?? 'ListDistributions was not asked'})`
      : '';
  return `${host} is served by ${name}, which is not in ALLOWED_DISTRIBUTIONS${byId}`;
}
