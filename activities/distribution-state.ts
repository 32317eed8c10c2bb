import { excludesPop } from '../domain/price-class.ts';
import type { PopTarget } from '../domain/prewarm.ts';
import type { DistributionRecord } from './distribution-record.ts';

/** Why a distribution serves no viewer at all; undefined where it does. */
export function whyNotServing(record: DistributionRecord): string | undefined {
  const name = `distribution ${record.id} (${record.domainName})`;
  if (!record.isEnabled) return `${name} is disabled; enable it first`;
  if (record.isStaging) {
    return `${name} is a staging distribution, reached through its primary only; give a name of the primary`;
  }
  if (record.isTenantOnly) {
    return `${name} is a multi-tenant template and serves through its tenants only; give a tenant's host`;
  }
  return undefined;
}

/** What a caller might not expect of a distribution that does serve. */
export function distributionWarnings(
  record: DistributionRecord,
  livePops: readonly PopTarget[],
): string[] {
  const name = `Distribution ${record.id} (${record.domainName})`;
  const warnings: string[] = [];
  if (!record.isDeployed) {
    warnings.push(`${name} is being deployed: some POPs may still serve its older configuration.`);
  }
  if (record.requiresClientCertificate) {
    warnings.push(`${name} requires client certificates (viewer mTLS): no fetch can succeed.`);
  }
  if (record.hasAnycastAddresses) {
    warnings.push(
      `${name} has anycast static IP addresses: whether a POP's name leads to that POP is not known.`,
    );
  }
  const excluded = livePops.filter((pop) => excludesPop(record.priceClass, pop));
  if (excluded.length > 0) {
    warnings.push(
      `${name} has ${record.priceClass}, which leaves out ${listPops(excluded)}: viewers may never be served from there.`,
    );
  }
  const areas = new Set(livePops.map((pop) => pop.area));
  if (!record.hasOriginShield && areas.size > 1) {
    warnings.push(
      `${name} has no Origin Shield on every origin: each of the ${areas.size} regional edge caches asks the origin once per URL; Origin Shield would make that one.`,
    );
  }
  return warnings;
}

function listPops(pops: readonly PopTarget[]): string {
  const shown = pops.slice(0, 10).map((pop) => pop.id);
  const rest = pops.length - shown.length;
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`;
}
