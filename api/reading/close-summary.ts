import { isBarrenPop } from '../../domain/barren-pop.ts';
import { OUTCOME_NAMES } from '../../domain/outcome.ts';
import type {
  FailedPop,
  OutcomeCount,
  RequestSummary,
  RequestTotals,
} from '../../domain/prewarm.ts';
import type { ClosedGrid } from './closed-grid.ts';

/** As many as the workflow's own summary lists; the report has them all. */
const MAXIMUM_FAILED_URLS = 10_000;
const MAXIMUM_FAILED_URL_CHARACTERS = 600_000;

/** The counts of a request that was ended from outside, as its workflow would have closed them. */
export function closeTotals(totals: RequestTotals, { grid }: ClosedGrid): RequestTotals {
  if (grid.totalTasks !== totals.totalTasks) return totals;
  return {
    ...totals,
    warmedTasks: grid.warmedTasks(),
    failedTasks: grid.failedTasks(),
    inFlightTasks: 0,
    pendingTasks: grid.pendingTasks(),
  };
}

/**
 * The summary of a request that was ended from outside, by the rules by which its workflow would
 * have closed it: a URL warm nowhere has failed, whether it was tried or not, and so has a POP
 * through which nothing could be fetched.
 */
export function closeSummary(summary: RequestSummary, closed: ClosedGrid): RequestSummary {
  const { grid, urls } = closed;
  const failed = urls.filter((_, row) => grid.warmedInRow(row) === 0);
  return {
    ...summary,
    totals: closeTotals(summary.totals, closed),
    outcomes: outcomesOf(closed),
    failedUrls: withinBounds(failed),
    failedUrlsTotal: failed.length,
    failedPops: [...summary.failedPops, ...barrenPops(closed, summary.failedPops)],
  };
}

function outcomesOf({ grid, samples }: ClosedGrid): readonly OutcomeCount[] {
  return OUTCOME_NAMES.map((outcome) => ({
    outcome,
    tasks: grid.tasksWith(outcome),
    samples: samples.filter((sample) => sample.outcome === outcome),
  })).filter(({ tasks }) => tasks > 0);
}

function barrenPops({ grid, pops }: ClosedGrid, known: readonly FailedPop[]): FailedPop[] {
  const listed = new Set(known.map(({ pop }) => pop));
  return pops
    .filter((pop, column) => !listed.has(pop) && isBarrenPop(grid, column))
    .map((pop) => ({ pop, reason: 'nothing could be fetched through this POP; see the report' }));
}

function withinBounds(urls: readonly string[]): readonly string[] {
  let characters = 0;
  return urls.slice(0, MAXIMUM_FAILED_URLS).filter((url) => {
    characters += url.length;
    return characters < MAXIMUM_FAILED_URL_CHARACTERS;
  });
}
