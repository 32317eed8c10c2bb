/**
 * The closed list of outcomes a fetch task can have: what the letters in the task grid mean.
 *
 * `warmed` says at which depth the outcome counts as warmed; `retry` that another try may change
 * it; `closes` that it says something about the URL at every POP, not about this one POP:
 * at once, or when a second POP confirms it (a redirect or a 404 may be one POP's own fault).
 */
export const OUTCOMES = {
  warm: {
    letter: 'w',
    warmed: 'always',
    retry: false,
    closes: 'never',
    meaning: "held by the POP's own cache: a fetch said cdn-hit-layer EDGE",
    hint: 'Nothing to do. Caches forget: warm again close to the launch.',
  },
  filled: {
    letter: 'f',
    warmed: 'always',
    retry: false,
    closes: 'never',
    meaning: 'fetched twice, the second a Hit; the layer is unknown without Server-Timing',
    hint: 'Add a response headers policy with Server-Timing (sampling rate 0 is enough) to make it provable.',
  },
  regional: {
    letter: 'r',
    warmed: 'regional',
    retry: false,
    closes: 'never',
    meaning: "held by the regional edge cache, not proven in the POP's own cache",
    hint: 'At depth edge, ask again: the POP did not admit the object after three fetches.',
  },
  not_cacheable: {
    letter: 'n',
    warmed: 'never',
    retry: false,
    closes: 'at once',
    meaning: 'CloudFront answered Miss each time: it does not cache this URL',
    hint: 'Check the cache policy (caching disabled, TTL 0, private or no-store, a variant per request).',
  },
  not_found: {
    letter: 'm',
    warmed: 'never',
    retry: false,
    closes: 'confirmed',
    meaning: 'HTTP 404 or 410, confirmed at a second POP where there is one',
    hint: 'Correct the URL, or deploy the object before warming it.',
  },
  forbidden: {
    letter: 'd',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: 'HTTP 401 or 403',
    hint: 'A signed URL may have expired; a WAF rule may block the workers; geo restriction sees their country.',
  },
  client_error: {
    letter: 'e',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: 'another HTTP 4xx status, or a custom error page that came with status 200',
    hint: 'Read the samples: a status 4xx is about the request; behind an error page with status 200 is an error of the origin.',
  },
  server_error: {
    letter: 'v',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'HTTP 5xx from the origin or the edge',
    hint: 'Look at the origin. CloudFront caches errors for 10 s by default.',
  },
  redirected: {
    letter: 'x',
    warmed: 'never',
    retry: false,
    closes: 'confirmed',
    meaning: 'HTTP 3xx: the URL itself holds no object',
    hint: 'Give the URL the redirect leads to (often https:// instead of http://). A 304 leads nowhere: look at the origin.',
  },
  edge_generated: {
    letter: 'g',
    warmed: 'never',
    retry: false,
    closes: 'confirmed',
    meaning: 'answered by Lambda@Edge or a CloudFront Function: not a cached object',
    hint: 'Nothing to warm: the answer is made at the edge for each viewer.',
  },
  not_cloudfront: {
    letter: 'o',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: "a 2xx answer without CloudFront's headers",
    hint: 'The address is not a POP: check EDGE_DIRECTORY and the resolvers.',
  },
  sibling_pop: {
    letter: 's',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'another POP of the same location answered',
    hint: 'The POP id may have been replaced: ask for the id that answered (see the samples).',
  },
  wrong_pop: {
    letter: 'p',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'a POP of another location answered',
    hint: 'The address list may be stale or traffic was moved: try again later or choose another POP.',
  },
  connect_failed: {
    letter: 'c',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'no address of the POP accepted the connection',
    hint: 'The POP may be out of service, or egress from the workers is blocked.',
  },
  tls_failed: {
    letter: 't',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: 'the TLS handshake or certificate check failed',
    hint: 'Check the certificate of the alias; a distribution with viewer mTLS cannot be warmed.',
  },
  timed_out: {
    letter: 'q',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'the first byte, the next byte or the end of the body came too late',
    hint: 'Look at the origin and its distance; a stalled body is not cached.',
  },
  too_slow: {
    letter: 'y',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'the body came below the minimum rate',
    hint: 'Look at the origin; try fewer instances at a time.',
  },
  truncated: {
    letter: 'u',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'the body ended before its length: CloudFront does not cache it',
    hint: 'Look at the origin: it closes connections or states a wrong Content-Length.',
  },
  protocol_error: {
    letter: 'k',
    warmed: 'never',
    retry: true,
    closes: 'never',
    meaning: 'the answer was not valid HTTP or only a part (206), or the connection was reset',
    hint: 'Repeat the fetch with the command of the report.',
  },
  too_large: {
    letter: 'l',
    warmed: 'never',
    retry: false,
    closes: 'at once',
    meaning: 'larger than the 50 GB that CloudFront serves in one GET',
    hint: 'Split the object: CloudFront does not cache it whole.',
  },
  host_not_served: {
    letter: 'h',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: "the URL's host is no name of an allowed distribution; nothing was fetched",
    hint: 'Use a domain name of the distribution, or add the distribution to ALLOWED_DISTRIBUTIONS.',
  },
  pop_unreachable: {
    letter: 'a',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: 'not tried: the POP failed every connection before',
    hint: 'Choose another POP of the location, or ask again later.',
  },
  worker_lost: {
    letter: 'b',
    warmed: 'never',
    retry: false,
    closes: 'never',
    meaning: 'three workers died while they held this task',
    hint: 'Read the logs of the fetch workers (memory, Spot interruptions).',
  },
} as const satisfies Record<string, OutcomeFacts>;

/** What is known of an outcome kind. `letter` is its cell in the task grid. */
export type OutcomeFacts = {
  readonly letter: string;
  readonly warmed: 'always' | 'regional' | 'never';
  readonly retry: boolean;
  readonly closes: 'never' | 'at once' | 'confirmed';
  readonly meaning: string;
  readonly hint: string;
};

/** Name of an outcome, as the API and the reports print it. */
export type Outcome = keyof typeof OUTCOMES;

/** How deep a request wants its objects: in the POP's own cache, or in the regional edge cache behind it. */
export type Depth = 'edge' | 'regional';

/** Every outcome name, in the order in which reports list them. */
export const OUTCOME_NAMES: readonly Outcome[] = [
  'warm',
  'filled',
  'regional',
  'not_cacheable',
  'not_found',
  'forbidden',
  'client_error',
  'server_error',
  'redirected',
  'edge_generated',
  'not_cloudfront',
  'sibling_pop',
  'wrong_pop',
  'connect_failed',
  'tls_failed',
  'timed_out',
  'too_slow',
  'truncated',
  'protocol_error',
  'too_large',
  'host_not_served',
  'pop_unreachable',
  'worker_lost',
];

const BY_LETTER: ReadonlyMap<string, Outcome> = new Map(
  OUTCOME_NAMES.map((name) => [OUTCOMES[name].letter, name]),
);

/** The outcome a grid letter stands for; undefined for a pending cell. */
export function outcomeOfLetter(letter: string): Outcome | undefined {
  return BY_LETTER.get(letter);
}

/** Whether an outcome counts as warmed in a request of the given depth. */
export function countsAsWarmed(outcome: Outcome, depth: Depth): boolean {
  const { warmed } = OUTCOMES[outcome];
  return warmed === 'always' || (warmed === 'regional' && depth === 'regional');
}
