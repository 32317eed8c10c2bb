/**
 * POP addresses by DNS: `<label>.<POP>.cloudfront.net` is undocumented by AWS but has answered
 * since 2016. IPv4 only: whether POP names have AAAA records is not known.
 */

import { Resolver } from 'node:dns/promises';
import { DirectoryError, type EdgeDirectory, type PopResolution } from './directory.ts';
import { isPublicAddress } from './public-address.ts';

/** Settings of {@link createDnsDirectory}. */
export type DnsDirectoryOptions = {
  /** `cloudfront.net`, or `cloudfront.cn`. */
  readonly suffix: string;
  /** Resolvers as `ip:port`; undefined for those of the system. */
  readonly servers?: readonly string[] | undefined;
  /** Which of a POP's addresses comes first, 0..1: it spreads the workers over them. */
  readonly spread?: number;
  /** How long one question to one server may take. */
  readonly timeoutMs?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
};

type CachedAnswer = { readonly resolution: PopResolution; readonly expiresAtMs: number };

const DEFAULT_TIMEOUT_MS = 2_000;
/** How often every server is asked before the directory gives up. */
const TRIES = 3;
const MAXIMUM_CACHED_POPS = 4_096;
const MINIMUM_TTL_SECONDS = 5;
const MAXIMUM_TTL_SECONDS = 300;
/** An unknown POP is asked for again soon: it may be a POP that opens. */
const UNKNOWN_TTL_SECONDS = 60;
const UNKNOWN_CODES: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/** A directory on DNS. Answers are cached for their TTL (5..300 s), questions in flight are shared. */
export function createDnsDirectory(options: DnsDirectoryOptions): EdgeDirectory {
  const { suffix, servers, spread = 0, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const now = options.now ?? (() => performance.now());
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (servers !== undefined) resolver.setServers(servers);
  const cache = new Map<string, CachedAnswer>();
  const inFlight = new Map<string, Promise<PopResolution>>();

  async function ask(name: string): Promise<PopResolution> {
    const { resolution, ttlSeconds } = await lookUp(resolver, name, spread);
    cache.delete(name);
    cache.set(name, { resolution, expiresAtMs: now() + ttlSeconds * 1_000 });
    if (cache.size > MAXIMUM_CACHED_POPS) {
      const [oldest] = cache.keys();
      if (oldest !== undefined) cache.delete(oldest);
    }
    return resolution;
  }

  return {
    resolve(pop, domainName) {
      const [label = ''] = domainName.split('.', 1);
      const name = `${label}.${pop.toLowerCase()}.${suffix}`;
      const cached = cache.get(name);
      if (cached !== undefined && cached.expiresAtMs > now()) return cached.resolution;
      const asked = inFlight.get(name) ?? ask(name).finally(() => inFlight.delete(name));
      inFlight.set(name, asked);
      return asked;
    },
  };
}

type Answer = { readonly resolution: PopResolution; readonly ttlSeconds: number };

async function lookUp(resolver: Resolver, name: string, spread: number): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return answerOf(name, await resolver.resolve4(name, { ttl: true }), spread);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (UNKNOWN_CODES.has(code)) return unknownPop(name, code);
      if (attempt < TRIES) continue;
      throw new DirectoryError(`DNS did not answer for ${name} (${code || String(error)})`, {
        cause: error,
      });
    }
  }
}

function unknownPop(name: string, code: string): Answer {
  const detail = code === 'ENODATA' ? 'no A record' : 'NXDOMAIN';
  const reason = `${name} does not resolve (${detail})`;
  return { resolution: { isFound: false, reason }, ttlSeconds: UNKNOWN_TTL_SECONDS };
}

function answerOf(
  name: string,
  records: readonly { address: string; ttl: number }[],
  spread: number,
): Answer {
  const seconds = Math.min(...records.map(({ ttl }) => ttl));
  const ttlSeconds = Math.min(MAXIMUM_TTL_SECONDS, Math.max(MINIMUM_TTL_SECONDS, seconds));
  // Sorted, so that answers in rotating order don't make every fetch a new connection.
  const hosts = [...new Set(records.map(({ address }) => address))].filter(isPublicAddress).sort();
  if (hosts.length === 0) {
    const given = records.map(({ address }) => address).join(', ');
    const reason = `${name} resolves to ${given || 'nothing'}, which is no public address`;
    return { resolution: { isFound: false, reason }, ttlSeconds };
  }
  const start = Math.floor(spread * hosts.length) % hosts.length;
  const ordered = [...hosts.slice(start), ...hosts.slice(0, start)];
  const addresses = {
    https: ordered.map((host) => ({ host, port: 443 })),
    http: ordered.map((host) => ({ host, port: 80 })),
  };
  return { resolution: { isFound: true, addresses }, ttlSeconds };
}
