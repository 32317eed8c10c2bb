import type { RequestTotals } from '../../domain/prewarm.ts';
import type { FillState } from './fill-state.ts';
import type { PrewarmRun } from './prewarm-run.ts';

/** Counts and bytes of a request as they are now. Time linear in its URLs. */
export function totalsOf(run: PrewarmRun): RequestTotals {
  const { input, fill } = run;
  return {
    phase: run.phase,
    status: run.status,
    ...(run.stopReason === undefined ? {} : { stopReason: run.stopReason }),
    ...(fill === undefined ? beforeResolve(input.urls.length * input.pops.length) : countsOf(fill)),
    acceptedAtMs: input.acceptedAtMs,
    timeoutAtMs: run.timeoutAtMs,
    updatedAtMs: Date.now(),
  };
}

function beforeResolve(totalTasks: number): Counts {
  return {
    totalTasks,
    warmedTasks: 0,
    failedTasks: 0,
    inFlightTasks: 0,
    pendingTasks: totalTasks,
    warmedBytes: 0,
    totalBytes: 0,
    isTotalBytesEstimated: true,
    bytesFetched: 0,
    fetches: 0,
  };
}

type Counts = Omit<
  RequestTotals,
  'phase' | 'status' | 'stopReason' | 'acceptedAtMs' | 'timeoutAtMs' | 'updatedAtMs'
>;

function countsOf(fill: FillState): Counts {
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
