/**
 * The targets of the API contract: the POPs that warm a region or country by default.
 *
 * Copied from awslabs/aws-cloudfront-extensions (Apache-2.0, new-prewarm), with one addition: the
 * contract calls `sa` South Africa while its POPs are in São Paulo, so `sa` has both.
 */

/** A region or country of the contract. */
export type ContractTarget = { readonly name: string; readonly pops: readonly string[] };

const SOUTH_AMERICA = ['GRU1-C2', 'GRU3-P1'] as const;
const SOUTH_AFRICA = ['CPT52-C1', 'JNB50-C1'] as const;

/** Regions by the name that callers use. */
export const REGIONS: Readonly<Record<string, ContractTarget>> = {
  apac: { name: 'Asia-Pacific', pops: ['BOM51-C1', 'BOM52-C1', 'ICN51-C1', 'ICN54-C2', 'NRT51-P2', 'NRT57-P3', 'SIN2-P1', 'SIN52-C2'] },
  au: { name: 'Australia', pops: ['SYD1-C1', 'SYD62-P1'] },
  ca: { name: 'Canada', pops: ['YUL62-C2', 'YUL62-C1'] },
  sa: { name: 'South America and South Africa', pops: [...SOUTH_AMERICA, ...SOUTH_AFRICA] },
  eu: { name: 'Europe', pops: ['ARN56-P1', 'ARN54-C1', 'CDG50-P1', 'CDG52-P2', 'DUB2-C1', 'DUB56-P1', 'FRA56-P4', 'FRA60-P1', 'LHR61-P3', 'LHR50-P2'] },
  jp: { name: 'Japan', pops: ['NRT51-P2', 'NRT57-P3'] },
  us: { name: 'United States', pops: ['IAD89-P1', 'IAD89-P2', 'SFO5-P2', 'SFO5-P1', 'DFW56-P1', 'DFW56-P2'] },
  cn: { name: 'China', pops: ['PVG52-E1', 'SZX51-E1', 'BJS9-E1', 'ZHY50-E1'] },
  south_america: { name: 'South America', pops: SOUTH_AMERICA },
  south_africa: { name: 'South Africa', pops: SOUTH_AFRICA },
};

/** Regions that an empty list means. `cn` joins them where POP names end in `cloudfront.cn`. */
export const DEFAULT_REGIONS: readonly string[] = ['apac', 'au', 'ca', 'sa', 'eu', 'jp', 'us'];

/** The contract's twelve countries by the name that callers use. */
export const COUNTRIES: Readonly<Record<string, ContractTarget & { readonly iso: string }>> = {
  india: { name: 'India', iso: 'IN', pops: ['BOM78-P1', 'BOM78-P4'] },
  japan: { name: 'Japan', iso: 'JP', pops: ['NRT57-P2', 'NRT57-P3'] },
  new_zealand: { name: 'New Zealand', iso: 'NZ', pops: ['SYD1-C1', 'SYD62-P2'] },
  australia: { name: 'Australia', iso: 'AU', pops: ['SYD1-C1', 'SYD62-P2'] },
  malaysia: { name: 'Malaysia', iso: 'MY', pops: ['SIN2-P1', 'SIN2-P2'] },
  china: { name: 'China', iso: 'CN', pops: ['SIN2-P1', 'SIN2-P2'] },
  indonesia: { name: 'Indonesia', iso: 'ID', pops: ['SIN2-P1', 'SIN2-P2'] },
  philippines: { name: 'Philippines', iso: 'PH', pops: ['SIN2-P1', 'SIN2-P2'] },
  singapore: { name: 'Singapore', iso: 'SG', pops: ['SIN2-P1', 'SIN2-P2'] },
  thailand: { name: 'Thailand', iso: 'TH', pops: ['SIN2-P1', 'SIN2-P2'] },
  vietnam: { name: 'Vietnam', iso: 'VN', pops: ['SIN2-P1', 'SIN2-P2'] },
  south_korea: { name: 'South Korea', iso: 'KR', pops: ['ICN57-P1', 'ICN57-P2'] },
};

/** Countries whose catalogue POPs `coverage: full` takes for a region. */
export const COUNTRIES_OF_REGION: Readonly<Record<string, readonly string[]>> = {
  apac: ['HK', 'ID', 'IN', 'JP', 'KR', 'MY', 'NZ', 'PH', 'SG', 'TH', 'TW', 'VN'],
  au: ['AU'],
  ca: ['CA'],
  sa: ['AR', 'BR', 'CL', 'CO', 'ZA'],
  eu: ['AT', 'BE', 'BG', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FI', 'FR', 'GB', 'GR', 'HR', 'HU', 'IE', 'IT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE'],
  jp: ['JP'],
  us: ['US'],
  cn: ['CN'],
  south_america: ['AR', 'BR', 'CL', 'CO'],
  south_africa: ['ZA'],
};

/** Other names that people use for countries, with their ISO 3166 code. */
export const COUNTRY_ALIASES: Readonly<Record<string, string>> = {
  uk: 'GB',
  great_britain: 'GB',
  usa: 'US',
  united_states_of_america: 'US',
  uae: 'AE',
  korea: 'KR',
  republic_of_korea: 'KR',
  czech_republic: 'CZ',
  holland: 'NL',
};
