import { createCacheLocation, type CacheLocation } from './cache-location.ts';
import type { CacheKey } from './cache-key.ts';
import type { Distribution } from './distribution.ts';
import type { Layer } from './lookup.ts';

/** A POP as the catalogue names it. */
export type PopSettings = {
  /** Such as `NRT57-P3`. */
  id: string;
  /** Region of the regional edge cache behind it. */
  regionalEdgeCache: string;
};

/** A POP with its own cache. */
export interface Pop extends PopSettings {
  cache: CacheLocation;
}

/** Every POP and regional edge cache. */
export interface Network {
  pops: readonly Pop[];
  findPop: (id: string) => Pop | undefined;
  /** Another POP of the same location: of the catalogue, else one made up (`NRT57-P9`). */
  siblingOf: (pop: Pop) => Pop;
  /** A POP of another location. */
  strangerTo: (pop: Pop) => Pop;
  /** The caches that a request passes: POP, regional edge cache, Origin Shield where it is on. */
  layersOf: (pop: Pop, distribution: Distribution) => readonly Layer[];
  locations: () => Iterable<CacheLocation>;
  clear: (matches: (key: CacheKey) => boolean) => void;
}

/** `NRT57-P3` → `NRT57`. */
function locationOf(popId: string): string {
  return popId.split('-', 1)[0] ?? popId;
}

/** Creates the caches of every POP, and of every regional edge cache when it is first needed. */
export function createNetwork(settings: readonly PopSettings[]): Network {
  const byId = new Map<string, Pop>();
  const regional = new Map<string, CacheLocation>();

  function addPop({ id, regionalEdgeCache }: PopSettings): Pop {
    const pop = { id, regionalEdgeCache, cache: createCacheLocation(id, 'pop') };
    byId.set(id, pop);
    return pop;
  }

  function regionalCache(region: string): CacheLocation {
    const known = regional.get(region);
    if (known !== undefined) return known;
    const created = createCacheLocation(region, 'regional');
    regional.set(region, created);
    return created;
  }

  const pops = settings.map(addPop);

  function* locations(): Iterable<CacheLocation> {
    for (const pop of byId.values()) yield pop.cache;
    yield* regional.values();
  }

  return {
    pops,
    findPop: (id) => byId.get(id),
    siblingOf: function siblingOf(pop) {
      const location = locationOf(pop.id);
      const known = [...byId.values()].find(
        (other) => other.id !== pop.id && locationOf(other.id) === location,
      );
      return known ?? addPop({ ...pop, id: `${location}-${pop.id.endsWith('-P9') ? 'P8' : 'P9'}` });
    },
    strangerTo: function strangerTo(pop) {
      const known = pops.find((other) => locationOf(other.id) !== locationOf(pop.id));
      return known ?? byId.get('XXX1-C1') ?? addPop({ ...pop, id: 'XXX1-C1' });
    },
    layersOf: function layersOf(pop, { settings: { originShieldRegion } }) {
      const layers: Layer[] = [
        { name: 'EDGE', location: pop.cache },
        { name: 'REC', location: regionalCache(pop.regionalEdgeCache) },
      ];
      if (originShieldRegion !== undefined && originShieldRegion !== pop.regionalEdgeCache) {
        layers.push({ name: 'Origin Shield', location: regionalCache(originShieldRegion) });
      }
      return layers;
    },
    locations,
    clear: function clear(matches) {
      for (const location of locations()) location.clear(matches);
    },
  };
}
