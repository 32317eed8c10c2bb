/** The fetch tasks that a request remembers in full: what does not fit a letter of the grid. */

import type { FetchSample } from './batch.ts';
import { OUTCOME_NAMES } from './outcome.ts';
import type { Outcome } from './outcome.ts';

const MAXIMUM_PER_OUTCOME = 20;
const MAXIMUM_SAMPLES = 1_000;

/** Samples as a run hands them to the next one; URLs and POPs are rows and columns of the grid. */
export type CarriedSamples = readonly FetchSample[];

/** Samples of a request: 20 an outcome, 1,000 in all; the first ones stay. */
export interface SampleStore {
  /** Keeps a sample if there is room for its outcome. */
  readonly add: (sample: FetchSample) => void;
  /** All samples, outcome by outcome, each in the order in which they came. */
  readonly all: () => readonly FetchSample[];
  /** The same for {@link createSampleStore}. */
  readonly carry: () => CarriedSamples;
}

/** A sample store with the samples of an earlier run. */
export function createSampleStore(carried: CarriedSamples = []): SampleStore {
  const byOutcome = new Map<Outcome, FetchSample[]>();
  let samples = 0;

  const add = (sample: FetchSample): void => {
    const kept = byOutcome.get(sample.outcome) ?? [];
    if (kept.length >= MAXIMUM_PER_OUTCOME || samples >= MAXIMUM_SAMPLES) return;
    kept.push(sample);
    byOutcome.set(sample.outcome, kept);
    samples += 1;
  };
  for (const sample of carried) add(sample);

  const all = () => OUTCOME_NAMES.flatMap((outcome) => byOutcome.get(outcome) ?? []);
  return { add, all, carry: all };
}
