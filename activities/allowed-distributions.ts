import { namesHost, type DistributionRecord } from './distribution-record.ts';

/** A distribution that a host was found to belong to, as far as it is known. */
export type LocatedDistribution = {
  readonly domainName: string;
  /** Absent where ListDistributions was not readable or does not show it. */
  readonly record?: DistributionRecord;
};

/** The rule that nobody warms somebody else's distribution at its owner's cost. */
export interface AllowedDistributions {
  /** Whether only ListDistributions can say what is allowed. */
  readonly isByListing: boolean;
  /** Whether every distribution is allowed. */
  readonly isAny: boolean;
  /** Whether the operator named this host or alias. */
  namesHost(host: string): boolean;
  /** Whether the distribution of this host may be warmed. */
  allows(located: LocatedDistribution, host: string): boolean;
}

/**
 * Reads `ALLOWED_DISTRIBUTIONS`: ids, domain names and aliases, `*` for any; undefined for those
 * that ListDistributions shows.
 */
export function readAllowedDistributions(
  entries: readonly string[] | undefined,
): AllowedDistributions {
  const ids = new Set(entries);
  const names = (entries ?? []).map((entry) => entry.toLowerCase());
  const isAny = names.includes('*');
  const namesOfOperator = (host: string): boolean =>
    names.some((name) => name !== '*' && namesHost(name, host));

  function allows(located: LocatedDistribution, host: string): boolean {
    const { record } = located;
    if (isAny) return true;
    if (entries === undefined) return record !== undefined;
    if (namesOfOperator(host) || names.includes(located.domainName)) return true;
    if (record === undefined) return false;
    return ids.has(record.id) || record.aliases.some((alias) => names.includes(alias));
  }

  return { isByListing: entries === undefined, isAny, namesHost: namesOfOperator, allows };
}
