import type { ProgressAnswer } from '../../domain/prewarm.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { totalsOf } from './totals-of.ts';

/** Answer of the query `progress`: totals, and the batches whose heartbeats may be added to them. */
export function progressOf(run: PrewarmRun): ProgressAnswer {
  return {
    totals: totalsOf(run),
    depth: run.input.depth,
    batchesInFlight: run.fill?.batchesInFlight() ?? [],
    measuredUrls: run.fill?.sizes.measuredRows() ?? 0,
    warnings: run.warnings,
  };
}
