import type { PopTarget } from './prewarm.ts';

/** Price class of a distribution, as ListDistributions gives it; unknown ones are taken as All. */
export type PriceClass = 'PriceClass_All' | 'PriceClass_200' | 'PriceClass_100' | (string & {});

/** POP locations whose regional edge cache lies on another continent than they do. */
const CONTINENT_BY_AIRPORT: ReadonlyMap<string, 'south-america' | 'africa'> = new Map([
  ['BOG', 'south-america'],
  ['CPT', 'africa'],
  ['JNB', 'africa'],
]);

/**
 * Whether viewers may never be served from this POP, because of the distribution's price class.
 *
 * 200 leaves out South America, Australia and New Zealand; 100 is North America, Europe and Israel
 * only (CloudFront Developer Guide, "Choosing the price class"). By the POP's area, so a guess.
 */
export function excludesPop(priceClass: PriceClass, pop: PopTarget): boolean {
  if (priceClass !== 'PriceClass_200' && priceClass !== 'PriceClass_100') return false;
  const continent = CONTINENT_BY_AIRPORT.get(pop.id.slice(0, 3));
  if (continent === 'south-america') return true;
  if (continent === 'africa') return priceClass === 'PriceClass_100';
  if (priceClass === 'PriceClass_100') return !/^(?:us|eu|ca)-/.test(pop.area);
  return pop.area === 'sa-east-1' || pop.area === 'ap-southeast-2';
}
