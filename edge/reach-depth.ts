/** The story of one fetch task: which fetches and checks it takes to reach a depth, and prove it. */

import type { Depth, Outcome } from '../domain/outcome.ts';

/** What one complete answer of the POP showed. */
export type Sighting = {
  readonly isHit: boolean;
  /** A Hit from the POP's own cache, by Server-Timing. */
  readonly isEdgeHit: boolean;
  readonly isLambdaGenerated: boolean;
};

/** How the story asks the POP. Failures of any kind are thrown. */
export interface Prober {
  /** One GET of the whole body. */
  fetch(): Promise<Sighting>;
  /** Asks without fetching the body; proves nothing where the POP's copy is not the body fetched. */
  check(): Promise<Sighting>;
  /** Whether Server-Timing has told layers so far. */
  knowsLayers(): boolean;
  /** A pause of a second: a POP stores after it has answered. */
  pause(): Promise<void>;
}

/**
 * Fetches until the depth is reached or known to be out of reach.
 *
 * One GET fills only the regional edge cache: the POP stores at the second request, so the first
 * proof of the POP's own cache comes with the third. Checks come after two whole fetches only,
 * since it is not known whether a Range request counts for admission or leaves a fragment.
 */
export function reachDepth(depth: Depth, prober: Prober): Promise<Outcome> {
  return depth === 'edge' ? reachEdge(prober) : reachRegional(prober);
}

async function reachEdge(prober: Prober): Promise<Outcome> {
  const first = await prober.fetch();
  if (first.isEdgeHit) return 'warm';
  const second = await fetchUntilHit(prober);
  if (typeof second === 'string') return second;
  if (second.isEdgeHit) return 'warm';
  if (!prober.knowsLayers()) return 'filled';
  if ((await prober.check()).isEdgeHit) return 'warm';
  const last = await prober.fetch();
  if (last.isEdgeHit) return 'warm';
  const proof = await prober.check();
  if (proof.isEdgeHit) return 'warm';
  return last.isHit || proof.isHit ? 'regional' : 'not_cacheable';
}

async function reachRegional(prober: Prober): Promise<Outcome> {
  const first = await prober.fetch();
  if (first.isHit) return first.isEdgeHit ? 'warm' : 'regional';
  const proof = await prober.check();
  if (proof.isHit) return proof.isEdgeHit ? 'warm' : 'regional';
  const second = await fetchUntilHit(prober);
  if (typeof second === 'string') return second;
  return second.isEdgeHit ? 'warm' : 'regional';
}

/** The next fetch, and one more a second later where it is not a Hit either. */
async function fetchUntilHit(prober: Prober): Promise<Sighting | Outcome> {
  const next = await prober.fetch();
  if (next.isHit) return next;
  if (next.isLambdaGenerated) return 'edge_generated';
  await prober.pause();
  const last = await prober.fetch();
  if (last.isHit) return last;
  return last.isLambdaGenerated ? 'edge_generated' : 'not_cacheable';
}
