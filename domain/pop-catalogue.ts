/** What is known of POPs: lookups in the catalogue by id, location, airport and country. */

import { POPS } from './data/pops.ts';
import type { CataloguePop } from './data/pops.ts';
import type { PopTarget } from './prewarm.ts';

/** Three letters of an airport, a number, and since about 2019 a suffix: `NRT57-P3`, `PRG50`. */
const POP_ID = /^[A-Z]{3}\d{1,3}(-[A-Z]\d{1,2})?$/;
const AIRPORT_LETTERS = 3;

const BY_ID = groupBy((pop) => pop.id);
const BY_LOCATION = groupBy((pop) => locationOf(pop.id));
const BY_AIRPORT = groupBy((pop) => airportOf(pop.id));
const BY_COUNTRY = groupBy((pop) => pop.country);

/** Whether a text has the form of a POP id, in upper case; its location alone included. */
export function isPopId(text: string): boolean {
  return POP_ID.test(text);
}

/** The location in a POP id: `NRT57` of `NRT57-P3`. */
export function locationOf(popId: string): string {
  return popId.split('-')[0] ?? popId;
}

/** The POP of the catalogue with this id. */
export function findPop(popId: string): CataloguePop | undefined {
  return BY_ID.get(popId)?.[0];
}

/** The catalogue's POPs at a location such as `NRT57`. */
export function popsOfLocation(location: string): readonly CataloguePop[] {
  return BY_LOCATION.get(location) ?? [];
}

/** The catalogue's POPs in a country, by its ISO 3166 code. */
export function popsOfCountry(country: string): readonly CataloguePop[] {
  return BY_COUNTRY.get(country) ?? [];
}

/**
 * A POP with the regional edge cache behind it: by the catalogue, for an unknown id that of the same
 * airport, else an area of its airport alone.
 */
export function targetOf(popId: string): PopTarget {
  const airport = airportOf(popId);
  const known = findPop(popId) ?? BY_AIRPORT.get(airport)?.[0];
  return { id: popId, area: known?.area ?? airport };
}

function airportOf(popId: string): string {
  return popId.slice(0, AIRPORT_LETTERS);
}

function groupBy(
  keyOf: (pop: CataloguePop) => string,
): ReadonlyMap<string, readonly CataloguePop[]> {
  const groups = new Map<string, CataloguePop[]>();
  for (const pop of POPS) {
    const key = keyOf(pop);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pop]);
    else group.push(pop);
  }
  return groups;
}
