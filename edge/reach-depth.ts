/** The story of one fetch task: which fetches and checks it takes to reach a depth, and prove it. */

import type { Depth, Outcome } from '../domain/outcome.ts';

/**
 * What the story asks for next: one GET of the whole body; a look that fetches no body, and proves
 * nothing where the POP's copy is not the body fetched; or a second's pause, since a POP stores
 * after it has answered.
 */
export type Step = 'fetch' | 'check' | 'pause';

/** What one complete answer of the POP showed. */
export type Sighting = {
  readonly isHit: boolean;
  /** A Hit from the POP's own cache, by Server-Timing. */
  readonly isEdgeHit: boolean;
  readonly isLambdaGenerated: boolean;
  /** Whether Server-Timing has told layers, in this answer or an earlier one of the task. */
  readonly knowsLayers: boolean;
};

/** What a step showed that proved nothing. */
export const NO_PROOF: Sighting = {
  isHit: false,
  isEdgeHit: false,
  isLambdaGenerated: false,
  knowsLayers: false,
};

/** Steps until an outcome; takes what each fetch or check showed, and after a pause anything. */
export type DepthStory = Generator<Step, Outcome, Sighting>;

/** Each story begins with it. */
export const FIRST_STEP: Step = 'fetch';

/**
 * What follows the first fetch: an outcome where the POP held the object already, else the rest of
 * the story, which fetches until the depth is reached or known to be out of reach.
 *
 * One GET fills only the regional edge cache: the POP stores at the second request, so the first
 * proof of the POP's own cache comes with the third. Checks come after two whole fetches only,
 * since it is not known whether a Range request counts for admission or leaves a fragment.
 */
export function reachDepth(depth: Depth, first: Sighting): Outcome | DepthStory {
  if (first.isEdgeHit) return 'warm';
  if (depth === 'edge') return reachEdge();
  return first.isHit ? 'regional' : reachRegional();
}

function* reachEdge(): DepthStory {
  const second = yield* fetchUntilHit();
  if (typeof second === 'string') return second;
  if (second.isEdgeHit) return 'warm';
  if (!second.knowsLayers) return 'filled';
  if ((yield 'check').isEdgeHit) return 'warm';
  const last = yield 'fetch';
  if (last.isEdgeHit) return 'warm';
  const proof = yield 'check';
  if (proof.isEdgeHit) return 'warm';
  return last.isHit || proof.isHit ? 'regional' : 'not_cacheable';
}

function* reachRegional(): DepthStory {
  const proof = yield 'check';
  if (proof.isHit) return proof.isEdgeHit ? 'warm' : 'regional';
  const second = yield* fetchUntilHit();
  if (typeof second === 'string') return second;
  return second.isEdgeHit ? 'warm' : 'regional';
}

/** The next fetch, and one more a second later where it is not a Hit either. */
function* fetchUntilHit(): Generator<Step, Sighting | Outcome, Sighting> {
  const next = yield 'fetch';
  if (next.isHit) return next;
  if (next.isLambdaGenerated) return 'edge_generated';
  yield 'pause';
  const last = yield 'fetch';
  if (last.isHit) return last;
  return last.isLambdaGenerated ? 'edge_generated' : 'not_cacheable';
}
