import type { RequestTotals } from '../../domain/prewarm.ts';
import { untriedCounts } from '../../domain/untried-counts.ts';
import type { RequestCounts } from '../../domain/untried-counts.ts';
import type { FillState } from './fill-state.ts';
import type { PrewarmRun } from './prewarm-run.ts';

/** Counts and bytes of a request as they are now. Time linear in its URLs. */
export function totalsOf(run: PrewarmRun): RequestTotals {
  const { input, fill } = run;
  return {
    phase: run.phase,
    status: run.status,
    ...(run.stopReason === undefined ? {} : { stopReason: run.stopReason }),
    ...(fill === undefined ? untriedCounts(input.urls.length * input.pops.length) : countsOf(fill)),
    acceptedAtMs: input.acceptedAtMs,
    timeoutAtMs: run.timeoutAtMs,
    updatedAtMs: Date.now(),
  };
}

function countsOf(fill: FillState): RequestCounts {
  const { grid, plan, sizes } = fill;
  const meanBytes = sizes.meanBytes();
  let warmedBytes = 0;
  let totalBytes = 0;
  for (let row = 0; row < grid.rows; row += 1) {
    const bodyBytes = sizes.bytesOf(row) ?? meanBytes;
    warmedBytes += grid.warmedInRow(row) * bodyBytes;
    totalBytes += grid.columns * bodyBytes;
  }
  const inFlightTasks = plan.inFlightTasks();
  return {
    totalTasks: grid.totalTasks,
    warmedTasks: grid.warmedTasks(),
    failedTasks: grid.failedTasks(),
    inFlightTasks,
    pendingTasks: grid.pendingTasks() - inFlightTasks,
    warmedBytes: Math.round(warmedBytes),
    totalBytes: Math.round(totalBytes),
    isTotalBytesEstimated: sizes.measuredRows() < grid.rows,
    bytesFetched: fill.bytesFetched,
    fetches: fill.fetches,
  };
}
