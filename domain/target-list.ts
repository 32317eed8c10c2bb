/** What `GET /targets` lists, so that a person can choose. */

import { COUNTRY_NAMES, POPS } from './data/pops.ts';
import { REGIONAL_EDGE_CACHES } from './data/regional-edge-caches.ts';
import { COUNTRIES, COUNTRIES_OF_REGION, REGIONS } from './data/targets-data.ts';
import { popsOfCountry } from './pop-catalogue.ts';

/** A region or country, with its POPs at both coverages. */
export type ListedTarget = {
  /** What callers write. */
  readonly name: string;
  /** English name. */
  readonly title: string;
  /** ISO 3166 code, of countries. */
  readonly iso?: string;
  /** POPs at `coverage: representative`. */
  readonly representative: readonly string[];
  /** POPs at `coverage: full`. */
  readonly full: readonly string[];
};

/** A POP of the catalogue. */
export type ListedPop = {
  readonly id: string;
  readonly city: string;
  readonly country: string;
  /** City and AWS Region of the regional edge cache behind it: by distance, a guess. */
  readonly regionalEdgeCache: string;
};

/** Everything that can be a target, as far as known. */
export type TargetList = {
  readonly regions: readonly ListedTarget[];
  readonly countries: readonly ListedTarget[];
  readonly pops: readonly ListedPop[];
};

/**
 * Regions, countries and POPs as they exist for POP names of one suffix.
 *
 * @param dnsSuffix `cloudfront.net`, or `cloudfront.cn` for the POPs in China.
 */
export function listTargets(dnsSuffix: string): TargetList {
  const partition = dnsSuffix.endsWith('.cn') ? 'aws-cn' : 'aws';
  const pops = POPS.filter((pop) => pop.partition === partition);
  const ids = new Set(pops.map(({ id }) => id));
  const here = (list: readonly string[]) => list.filter((id) => ids.has(id));

  const regions = Object.entries(REGIONS).map(([name, region]) => ({
    name,
    title: region.name,
    representative: here(region.pops),
    full: here((COUNTRIES_OF_REGION[name] ?? []).flatMap(idsOfCountry)),
  }));
  const countries = Object.entries(COUNTRY_NAMES).map(([iso, title]) => {
    const [name, contract] =
      Object.entries(COUNTRIES).find(([, country]) => country.iso === iso) ?? [];
    const full = here(idsOfCountry(iso));
    const representative = here(contract?.pops ?? []);
    return {
      name: name ?? title.toLowerCase().replaceAll(' ', '_'),
      title,
      iso,
      representative: representative.length > 0 ? representative : full,
      full: full.length > 0 ? full : representative,
    };
  });
  return {
    regions: regions.filter(hasPops),
    countries: countries.filter(hasPops),
    pops: pops.map(({ id, city, country, area }) => ({
      id,
      city,
      country: COUNTRY_NAMES[country] ?? country,
      regionalEdgeCache: `${REGIONAL_EDGE_CACHES[area] ?? area} (${area})`,
    })),
  };
}

function hasPops({ representative, full }: ListedTarget): boolean {
  return representative.length + full.length > 0;
}

function idsOfCountry(iso: string): readonly string[] {
  return popsOfCountry(iso).map(({ id }) => id);
}
