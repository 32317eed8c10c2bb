/** The body of `POST /prewarm` as a schema: what its fields are, for the door and for the API's reference. */

import { z } from 'zod';

/** URLs of a request. */
export const MAXIMUM_URLS = 50_000;
/** POPs of a request, and entries of any of its lists of targets. */
export const MAXIMUM_POPS = 1_000;
const MAXIMUM_HEADERS = 50;
const MAXIMUM_TIMEOUT_MINUTES = 10_080;

const names = (what: string) =>
  z
    .array(z.string({ error: `must be text: ${what}` }), { error: `must be a list: ${what}` })
    .max(MAXIMUM_POPS, { error: `must have at most ${MAXIMUM_POPS} entries` })
    .nullish();
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` }).nullish();

/** Fields of a prewarm request. Unknown ones pass: the door tells near misses from the rest. */
export const prewarmRequestSchema = z.looseObject({
  url_list: z
    .array(z.string({ error: 'must be text' }), { error: 'must be a list of URLs' })
    .min(1, { error: 'must name at least one URL' })
    .max(MAXIMUM_URLS)
    .describe('URLs to warm, http or https, at most 50,000. One bad URL refuses the request.'),
  cf_domain: z
    .string({ error: 'must be a domain name' })
    .nullish()
    .describe(
      'A *.cloudfront.net name or an alias of the distribution. Missing, null or empty: found for each URL host, by its CNAME or by the aliases of your distributions.',
    ),
  target_type: oneOf(['pop', 'country', 'region']).describe(
    'Which of pops, countries, regions counts. Any case. Missing, null or empty: the type of the one list that is not empty (of several lists none can be chosen: refused), pop where all are empty.',
  ),
  pops: names('POP ids such as NRT57-P3').describe(
    'POP ids such as NRT57-P3, or a location such as NRT57 for all its known POPs. Empty: POPs of all regions.',
  ),
  countries: names('countries').describe(
    'Countries by name or ISO code. Empty: the default countries. GET /targets lists them.',
  ),
  regions: names('regions').describe(
    'Regions: apac, au, ca, sa, eu, jp, us, cn, south_america, south_africa. Empty: all.',
  ),
  coverage: oneOf(['representative', 'full']).describe(
    'representative (default): the usual POPs of a country or region; full: every known POP there.',
  ),
  depth: oneOf(['edge', 'regional']).describe(
    "edge (default): until the POP's own cache holds the object, which takes two fetches; regional: until the regional edge cache does, which takes one.",
  ),
  timeout: z
    .number({ error: 'must be a number of minutes' })
    .positive({ error: 'must be above 0 minutes' })
    .max(MAXIMUM_TIMEOUT_MINUTES, { error: `must be at most ${MAXIMUM_TIMEOUT_MINUTES} minutes` })
    .nullish()
    .describe('Minutes after which the request stops, above 0, at most 10,080. Default 30.'),
  header: z
    .array(
      z.union([z.string(), z.object({ name: z.string(), value: z.string() })], {
        error: 'must be "Name: value" or an object with name and value',
      }),
      { error: 'must be a list of header lines' },
    )
    .max(MAXIMUM_HEADERS, { error: `must have at most ${MAXIMUM_HEADERS} entries` })
    .nullish()
    .describe('Header lines to send with each fetch.'),
  instance_count: z
    .int({ error: 'must be a whole number of instances' })
    .min(0, { error: 'must not be negative' })
    .nullish()
    .describe(
      'Instances of the fleet that the request asks for; 0 leaves the fleet alone. Default 1.',
    ),
  need_invalidate: z
    .boolean({ error: 'must be true or false' })
    .nullish()
    .describe('Whether to invalidate the URLs before warming them. Default false.'),
});

/** A prewarm request whose fields have the right types; nothing else is checked yet. */
export type WrittenRequest = z.infer<typeof prewarmRequestSchema>;
