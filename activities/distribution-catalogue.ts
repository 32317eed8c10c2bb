import { ListDistributionsCommand, type CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { checkRegion } from './aws-clients.ts';
import { readDistribution, type DistributionRecord } from './distribution-record.ts';

/** The account's distributions as ListDistributions gives them, kept for minutes. */
export interface DistributionCatalogue {
  /**
   * All distributions, at most `maxAgeMs` old. Concurrent calls share one listing.
   *
   * @throws the AWS error when the list can't be read and none is kept.
   */
  list(maxAgeMs: number): Promise<DistributionListing>;
}

/** The account's distributions, indexed by each of their names. */
export type DistributionListing = {
  readonly listedAtMs: number;
  readonly byDomainName: ReadonlyMap<string, DistributionRecord>;
  /** By alias, wildcards under their own spelling (`*.example.com`). */
  readonly byAlias: ReadonlyMap<string, DistributionRecord>;
};

/** What the catalogue works with. */
export type CatalogueDeps = {
  readonly cloudFront: CloudFrontClient;
  /** @default Date.now */
  readonly now?: () => number;
};

/** AWS allows 500 distributions an account by default; a raised quota still ends somewhere. */
const MOST_PAGES = 200;
/** A refusal is remembered as long, so that a missing permission does not slow every request. */
const REFUSAL_AGE_MS = 15_000;
/** While AWS is unreachable or throttling, a list this old still serves. */
const STALE_AGE_MS = 60 * 60_000;

/** Creates a catalogue; nothing is listed before the first call. */
export function createDistributionCatalogue(deps: CatalogueDeps): DistributionCatalogue {
  const now = deps.now ?? Date.now;
  let kept: DistributionListing | undefined;
  let refusal: { readonly error: unknown; readonly atMs: number } | undefined;
  let running: Promise<DistributionListing> | undefined;

  async function refresh(): Promise<DistributionListing> {
    try {
      const records = await listAll(deps.cloudFront);
      kept = indexListing(records, now());
      refusal = undefined;
      return kept;
    } catch (error) {
      refusal = { error, atMs: now() };
      if (kept !== undefined && now() - kept.listedAtMs < STALE_AGE_MS) return kept;
      throw error;
    } finally {
      running = undefined;
    }
  }

  async function list(maxAgeMs: number): Promise<DistributionListing> {
    if (kept !== undefined && now() - kept.listedAtMs <= maxAgeMs) return kept;
    if (refusal !== undefined && now() - refusal.atMs < REFUSAL_AGE_MS) {
      if (kept !== undefined && now() - kept.listedAtMs < STALE_AGE_MS) return kept;
      throw refusal.error;
    }
    running ??= refresh();
    return running;
  }

  return { list };
}

async function listAll(cloudFront: CloudFrontClient): Promise<DistributionRecord[]> {
  await checkRegion(cloudFront);
  const records: DistributionRecord[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await cloudFront.send(
      new ListDistributionsCommand(marker === undefined ? {} : { Marker: marker }),
    );
    for (const summary of answer.DistributionList?.Items ?? []) {
      const record = readDistribution(summary);
      if (record !== undefined) records.push(record);
    }
    if (answer.DistributionList?.IsTruncated !== true) return records;
    marker = answer.DistributionList.NextMarker;
  }
  throw new Error(`ListDistributions gave more than ${MOST_PAGES} pages`);
}

function indexListing(records: readonly DistributionRecord[], nowMs: number): DistributionListing {
  return {
    listedAtMs: nowMs,
    byDomainName: new Map(records.map((record) => [record.domainName, record])),
    byAlias: new Map(
      records.flatMap((record) => record.aliases.map((alias) => [alias, record] as const)),
    ),
  };
}

/** The distribution that serves a host, by domain name, exact alias, then wildcard alias. */
export function findByHost(
  listing: DistributionListing,
  host: string,
): DistributionRecord | undefined {
  const exact = listing.byDomainName.get(host) ?? listing.byAlias.get(host);
  if (exact !== undefined) return exact;
  const dot = host.indexOf('.');
  return dot > 0 ? listing.byAlias.get(`*${host.slice(dot)}`) : undefined;
}
