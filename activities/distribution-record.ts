import type { DistributionSummary } from '@aws-sdk/client-cloudfront';

/** What prewarming needs to know of a distribution, from ListDistributions. */
export type DistributionRecord = {
  readonly id: string;
  /** `d111111abcdef8.cloudfront.net`, lower case. */
  readonly domainName: string;
  /** Lower case; may hold wildcards such as `*.example.com`. */
  readonly aliases: readonly string[];
  readonly isEnabled: boolean;
  readonly isDeployed: boolean;
  readonly isStaging: boolean;
  /** A template of distribution tenants, which serves nothing by itself. */
  readonly isTenantOnly: boolean;
  readonly priceClass: string;
  /** Whether every origin has Origin Shield on. */
  readonly hasOriginShield: boolean;
  readonly hasAnycastAddresses: boolean;
  /** Whether viewers have to show a client certificate. */
  readonly requiresClientCertificate: boolean;
};

/** Reads a summary of ListDistributions; undefined where it lacks an id or a domain name. */
export function readDistribution(summary: DistributionSummary): DistributionRecord | undefined {
  if (summary.Id === undefined || summary.DomainName === undefined) return undefined;
  const origins = summary.Origins?.Items ?? [];
  return {
    id: summary.Id,
    domainName: summary.DomainName.toLowerCase(),
    aliases: (summary.Aliases?.Items ?? []).map((alias) => alias.toLowerCase()),
    isEnabled: summary.Enabled ?? false,
    isDeployed: summary.Status === 'Deployed',
    isStaging: summary.Staging ?? false,
    isTenantOnly: summary.ConnectionMode === 'tenant-only',
    priceClass: summary.PriceClass ?? 'PriceClass_All',
    hasOriginShield:
      origins.length > 0 && origins.every((origin) => origin.OriginShield?.Enabled === true),
    hasAnycastAddresses: (summary.AnycastIpListId ?? '') !== '',
    requiresClientCertificate: summary.ViewerMtlsConfig?.Mode === 'required',
  };
}

/**
 * Whether a pattern names a host: the same name, or `*.` for exactly one label more
 * (CloudFront Developer Guide, "Using wildcards in alternate domain names").
 */
export function namesHost(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  if (!pattern.startsWith('*.')) return false;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}
