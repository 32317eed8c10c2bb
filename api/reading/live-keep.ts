/**
 * A reading costs two calls, and a request shall cost Temporal at most three calls a second, however
 * many poll it.
 */
const LONGEST_MS = 700;
const SHORTEST_MS = 100;
const SHARE_OF_AGE = 0.2;

/**
 * How long a running request's answer is given again, in milliseconds: a fifth of its age, 100..700,
 * so that the end of a request of half a second is not told half a second late.
 *
 * Twelve readings more in a request's first 3.5 s are what that costs.
 */
export function liveKeepMs(ageMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ageMs * SHARE_OF_AGE));
}
