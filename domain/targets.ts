/** Which POPs a request means: `pop`, `country` and `region` targets of the API contract. */

import { COUNTRY_NAMES, POPS } from './data/pops.ts';
import {
  COUNTRIES,
  COUNTRIES_OF_REGION,
  COUNTRY_ALIASES,
  DEFAULT_REGIONS,
  REGIONS,
} from './data/targets-data.ts';
import { nearestNames } from './nearest-names.ts';
import {
  findPop,
  isPopId,
  locationOf,
  popsOfCountry,
  popsOfLocation,
  targetOf,
} from './pop-catalogue.ts';
import type { FailedPop, PopTarget } from './prewarm.ts';

/** Kind of the names a request gives. */
export type TargetType = 'pop' | 'country' | 'region';

/** The contract's own POPs of a country or region, or every POP the catalogue has there. */
export type Coverage = 'representative' | 'full';

/** What a request asks for. */
export type TargetRequest = {
  readonly targetType: TargetType;
  /** POP ids, countries or regions, as written; empty means the defaults. */
  readonly names: readonly string[];
  readonly coverage: Coverage;
  /** `EDGE_DNS_SUFFIX`: POP names end in it, so it decides which partition's POPs exist. */
  readonly dnsSuffix: string;
};

/** A name that means nothing, with what may have been meant. */
export type UnknownTarget = {
  /** Place in the request's names. */
  readonly index: number;
  readonly value: string;
  readonly nearest: readonly string[];
};

/** The POPs of a request, each once. */
export type ExpandedTargets = {
  readonly pops: readonly PopTarget[];
  /** POPs of the other AWS partition. */
  readonly refusedPops: readonly FailedPop[];
  readonly unknown: readonly UnknownTarget[];
  readonly warnings: readonly string[];
};

/** Comparing a name with all known ones takes time; one caller does not get it for thousands. */
const MAXIMUM_SUGGESTIONS = 20;

/** Finds the POPs that a request means. Unknown POP ids pass when well-formed: DNS decides. */
export function expandTargets(request: TargetRequest): ExpandedTargets {
  const isChina = request.dnsSuffix.endsWith('.cn');
  const names =
    request.names.length === 0 ? defaultNames(request.targetType, isChina) : request.names;
  const popIds = new Set<string>();
  const warnings = new Set<string>();
  const unknown: UnknownTarget[] = [];

  for (const [index, value] of names.entries()) {
    const found = lookUp(request, value, isChina);
    if (found === undefined) {
      const nearest =
        unknown.length < MAXIMUM_SUGGESTIONS ? suggest(request.targetType, value) : [];
      unknown.push({ index, value, nearest });
      continue;
    }
    for (const popId of found.popIds) popIds.add(popId);
    if (found.warning !== undefined && request.names.length > 0) warnings.add(found.warning);
  }
  const isForeign = (popId: string) => isOfOtherPartition(popId, isChina);
  return {
    pops: [...popIds].filter((popId) => !isForeign(popId)).map(targetOf),
    refusedPops: [...popIds]
      .filter((popId) => request.names.length > 0 && isForeign(popId))
      .map((pop) => ({ pop, reason: partitionReason(pop, request.dnsSuffix) })),
    unknown,
    warnings: [...warnings],
  };
}

type Found = { readonly popIds: readonly string[]; readonly warning?: string };

function lookUp(request: TargetRequest, value: string, isChina: boolean): Found | undefined {
  if (request.targetType === 'pop') return lookUpPop(value);
  if (request.targetType === 'region') return lookUpRegion(value, request.coverage);
  return lookUpCountry(value, request.coverage, isChina);
}

function lookUpPop(value: string): Found | undefined {
  const popId = value.trim().toUpperCase();
  if (!isPopId(popId)) return undefined;
  const ofLocation = locationOf(popId) === popId ? popsOfLocation(popId) : [];
  return { popIds: ofLocation.length === 0 ? [popId] : ofLocation.map(({ id }) => id) };
}

function lookUpCountry(value: string, coverage: Coverage, isChina: boolean): Found | undefined {
  const country = COUNTRY_OF_NAME.get(canonical(value));
  if (country === undefined) return undefined;
  const catalogue = popsOfCountry(country).map(({ id }) => id);
  const [name, contract] = CONTRACT_OF_COUNTRY.get(country) ?? [];
  const isOwn = coverage === 'full' || contract === undefined || (isChina && country === 'CN');
  if (isOwn && catalogue.length > 0) return { popIds: catalogue };
  if (contract === undefined || name === undefined) return undefined;
  const abroad = [
    ...new Set(contract.pops.map((popId) => findPop(popId)?.country ?? country)),
  ].filter((other) => other !== country);
  if (abroad.length === 0) return { popIds: contract.pops };
  const where = abroad.map((other) => COUNTRY_NAMES[other] ?? other).join(', ');
  return {
    popIds: contract.pops,
    warning:
      `countries: ${name} is warmed through ${contract.pops.join(', ')} in ${where}, as the API always did` +
      (catalogue.length > 0 ? `; coverage "full" takes the POPs in ${contract.name} instead` : ''),
  };
}

function lookUpRegion(value: string, coverage: Coverage): Found | undefined {
  const name = REGION_OF_NAME.get(canonical(value));
  const region = name === undefined ? undefined : REGIONS[name];
  if (name === undefined || region === undefined) return undefined;
  const popIds =
    coverage === 'full'
      ? (COUNTRIES_OF_REGION[name] ?? []).flatMap(popsOfCountry).map(({ id }) => id)
      : region.pops;
  if (name !== 'sa') return { popIds };
  return {
    popIds,
    warning:
      'regions: sa means South America and South Africa (its POPs were always in São Paulo, ' +
      'its description says South Africa); south_america and south_africa name one of them',
  };
}

function defaultNames(targetType: TargetType, isChina: boolean): readonly string[] {
  const regions = isChina ? [...DEFAULT_REGIONS, 'cn'] : DEFAULT_REGIONS;
  if (targetType === 'region') return regions;
  if (targetType === 'country') return Object.keys(COUNTRIES);
  return regions.flatMap((region) => REGIONS[region]?.pops ?? []);
}

/** Names are compared in lower case, with `_` for whatever stands between words. */
function canonical(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

function suggest(targetType: TargetType, value: string): readonly string[] {
  if (targetType === 'pop') return nearestNames(value.trim().toUpperCase(), POP_IDS);
  const known = targetType === 'country' ? COUNTRY_OF_NAME.keys() : REGION_OF_NAME.keys();
  return nearestNames(canonical(value), known);
}

function isOfOtherPartition(popId: string, isChina: boolean): boolean {
  const known = findPop(popId);
  return known !== undefined && (known.partition === 'aws-cn') !== isChina;
}

function partitionReason(popId: string, dnsSuffix: string): string {
  const partition = findPop(popId)?.partition ?? 'aws';
  return partition === 'aws-cn'
    ? `is in the AWS partition aws-cn (China), which POP names under ${dnsSuffix} do not reach: it needs an installation with EDGE_DNS_SUFFIX=cloudfront.cn`
    : `is outside China, which POP names under ${dnsSuffix} do not reach: it needs an installation with EDGE_DNS_SUFFIX=cloudfront.net`;
}

const POP_IDS: readonly string[] = POPS.map(({ id }) => id);

const CONTRACT_OF_COUNTRY = new Map(
  Object.entries(COUNTRIES).map(([name, country]) => [country.iso, [name, country] as const]),
);

/** ISO code by contract name, English name, ISO code and alias. */
const COUNTRY_OF_NAME: ReadonlyMap<string, string> = new Map([
  ...Object.entries(COUNTRY_NAMES).flatMap(([iso, name]) => [
    [canonical(iso), iso] as const,
    [canonical(name), iso] as const,
  ]),
  ...Object.entries(COUNTRY_ALIASES),
  ...Object.entries(COUNTRIES).map(([name, { iso }]) => [name, iso] as const),
]);

/** Region by its name in the contract and by its English name. */
const REGION_OF_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(REGIONS).flatMap(([region, { name }]) => [
    [canonical(name), region] as const,
    [region, region] as const,
  ]),
);
