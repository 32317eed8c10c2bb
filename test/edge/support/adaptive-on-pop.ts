import { createAdaptiveConcurrency } from '../../../edge/adaptive-concurrency.ts';
import {
  createFixedConcurrency,
  type ConcurrencyPolicy,
} from '../../../edge/concurrency-policy.ts';
import { Random } from '../http1/helpers/random.ts';
import { type PopRun, runOnSimulatedPop } from './simulated-pop.ts';

/** The POP that the simulation is asked as. */
export const POP = 'NRT57-P3';

const FIXED = [4, 8, 16, 32, 64];

/** How a simulated POP behaves. */
export type Model = PopRun['model'];

/** The same numbers in each run. */
export function seededRandom(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}

/** The adaptive policy on a clock and a process of the test's own. */
export function adaptive({ startPerPop = 8, maxRunning = 256 } = {}) {
  const clock = { nowMs: 1_000 };
  const process = { isSaturated: false };
  const load = { isSaturated: () => process.isSaturated };
  const now = () => clock.nowMs;
  const policy = createAdaptiveConcurrency({ startPerPop, maxRunning, load, now });
  const run = (model: Model, lengthMs: number, more: Partial<PopRun> = {}) =>
    runOnSimulatedPop({ model, policy, clock, lengthMs, random: seededRandom(1), ...more });
  const limit = () => policy.of(POP).limitOf('any');
  return { clock, process, policy, run, limit };
}

function answersWith(policy: ConcurrencyPolicy, model: Model, lengthMs: number): number {
  const clock = { nowMs: 0 };
  return runOnSimulatedPop({ model, policy, clock, lengthMs, random: seededRandom(1) }).answers;
}

/** Answers that the best of the fixed settings gets in the same time. */
export function bestFixed(model: Model, lengthMs: number): number {
  return Math.max(...FIXED.map((n) => answersWith(createFixedConcurrency(n), model, lengthMs)));
}

/** Can work on four at once, each a quarter of the way long: 20 at once keep it busy. */
export function limitedPop(rttMs: number): Model {
  return { rttMs, places: 4, serviceMs: () => rttMs / 4 };
}
