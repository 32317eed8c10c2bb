import { compilePattern } from './pattern.ts';

/**
 * How CloudFront treats the URLs of one path pattern: what of a cache behavior, its cache policy
 * and its response headers policy matters to warming.
 */
export type CacheBehaviour = {
  /** CloudFront path pattern: `*` any run of characters, `?` any one. First match counts. */
  pathPattern: string;
  /** @default 'allow-all' */
  viewerProtocolPolicy?: 'allow-all' | 'https-only' | 'redirect-to-https';
  /** `disabled` is the managed policy CachingDisabled. @default 'enabled' */
  caching?: 'enabled' | 'disabled';
  /** @default 0 */
  minTtlSeconds?: number;
  /** Used when the origin says nothing about freshness. @default 86400 */
  defaultTtlSeconds?: number;
  /** 0 keeps everything out of the caches. @default 31536000 */
  maxTtlSeconds?: number;
  /** How long an answer of 400 and above is kept. @default 10 */
  errorCachingTtlSeconds?: number;
  /** Whether the whole query string is part of the cache key. @default false */
  queryStringInKey?: boolean;
  /** Whether the Host header is part of the cache key. @default false */
  hostInKey?: boolean;
  /** Compresses, and puts the normalised Accept-Encoding into the cache key. @default false */
  compress?: boolean;
  /** Overrides the distribution's own setting for this pattern. */
  serverTiming?: boolean;
};

/** One distribution of the simulated CloudFront. */
export type DistributionSettings = {
  id: string;
  domainName: string;
  /** Exact names, or `*.example.com` for any one label. */
  aliases: readonly string[];
  behaviours: readonly CacheBehaviour[];
  originShieldRegion?: string;
  /** A response headers policy with Server-Timing at sampling rate 0: sent to who asks for it. */
  serverTiming: boolean;
  enabled: boolean;
  priceClass: 'PriceClass_All' | 'PriceClass_200' | 'PriceClass_100';
};

/** A behaviour with every default filled in. */
export type ResolvedBehaviour = Required<CacheBehaviour>;

/** A distribution ready to be asked. */
export interface Distribution {
  settings: DistributionSettings;
  behaviourFor: (path: string) => ResolvedBehaviour;
}

/** Finds distributions by the names that viewers use. */
export interface Distributions {
  /** By Host header without port, in lower case; an exact name wins over a wildcard alias. */
  findByHost: (host: string) => Distribution | undefined;
  findById: (id: string) => Distribution | undefined;
  all: readonly Distribution[];
}

function resolveBehaviour(behaviour: CacheBehaviour, serverTiming: boolean): ResolvedBehaviour {
  return {
    viewerProtocolPolicy: 'allow-all',
    caching: 'enabled',
    minTtlSeconds: 0,
    defaultTtlSeconds: 86_400,
    maxTtlSeconds: 31_536_000,
    errorCachingTtlSeconds: 10,
    queryStringInKey: false,
    hostInKey: false,
    compress: false,
    serverTiming,
    ...behaviour,
  };
}

function createDistribution(settings: DistributionSettings): Distribution {
  const fallback = resolveBehaviour({ pathPattern: '*' }, settings.serverTiming);
  const compiled = settings.behaviours.map((behaviour) => ({
    matches: compilePattern(behaviour.pathPattern, { questionMark: true }),
    behaviour: resolveBehaviour(behaviour, settings.serverTiming),
  }));
  return {
    settings,
    behaviourFor: (path) => compiled.find(({ matches }) => matches(path))?.behaviour ?? fallback,
  };
}

/** Indexes distributions by id and by every name that viewers may use. */
export function createDistributions(all: readonly DistributionSettings[]): Distributions {
  const distributions = all.map(createDistribution);
  const byId = new Map(distributions.map((one) => [one.settings.id, one]));
  const byHost = new Map(
    distributions.flatMap((one) =>
      [one.settings.domainName, ...one.settings.aliases].map((name) => [name.toLowerCase(), one]),
    ),
  );
  return {
    all: distributions,
    findById: (id) => byId.get(id),
    findByHost: (host) => byHost.get(host) ?? byHost.get(host.replace(/^[^.]+/, '*')),
  };
}
