import { Resolver } from 'node:dns/promises';

/**
 * Follows CNAME records. Only names are asked and read: no address is ever connected to, so a
 * caller's host can't reach anything inside the operator's network.
 */
export interface CnameLookup {
  /**
   * The first name of the host's CNAME chain that `isWanted`; undefined when the chain ends before.
   *
   * @throws Error when a name server gives no answer.
   */
  find(host: string, isWanted: (name: string) => boolean): Promise<string | undefined>;
}

/** How to ask. */
export type CnameLookupSettings = {
  /** Name servers as `ip:port`; the system's when absent. */
  readonly servers?: readonly string[];
};

const MOST_HOPS = 8;
const HOST =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+$/;
const ADDRESS = /^[\d.]+$/;
/** c-ares codes for "there is no such record", the ordinary end of a chain. */
const END_OF_CHAIN: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);

/** Creates a look-up on its own resolver, so that it has its own servers and time limits. */
export function createCnameLookup(settings: CnameLookupSettings = {}): CnameLookup {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (settings.servers !== undefined) resolver.setServers(settings.servers);

  async function find(
    host: string,
    isWanted: (name: string) => boolean,
  ): Promise<string | undefined> {
    let name = host;
    for (let hop = 0; hop < MOST_HOPS; hop += 1) {
      if (!HOST.test(name) || ADDRESS.test(name)) return undefined;
      const target = await nextName(resolver, name);
      if (target === undefined || isWanted(target)) return target;
      name = target;
    }
    return undefined;
  }

  return { find };
}

async function nextName(resolver: Resolver, name: string): Promise<string | undefined> {
  try {
    const [target] = await resolver.resolveCname(name);
    return target?.toLowerCase().replace(/\.$/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && END_OF_CHAIN.has(error.code)) return undefined;
    throw error;
  }
}
