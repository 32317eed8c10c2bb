import { isBarrenPop } from '../../domain/barren-pop.ts';
import { OUTCOME_NAMES } from '../../domain/outcome.ts';
import type { FailedPop, OutcomeCount, RequestSummary } from '../../domain/prewarm.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { sampleOf } from './sample-of.ts';
import { totalsOf } from './totals-of.ts';

const MAXIMUM_FAILED_URLS = 10_000;
/** Failed URLs of a summary together; the report has them all. */
const MAXIMUM_FAILED_URL_CHARACTERS = 600_000;

/** The summary so far, or the final one of a closed request. */
export function summaryOf(run: PrewarmRun): RequestSummary {
  const failed = failedUrlsOf(run);
  return {
    totals: totalsOf(run),
    depth: run.input.depth,
    outcomes: outcomesOf(run),
    failedUrls: failed.urls,
    failedUrlsTotal: failed.total,
    failedPops: failedPopsOf(run),
    revalidatingUrls: run.fill?.revalidating.size ?? 0,
    ...(run.invalidation === undefined ? {} : { invalidation: run.invalidation }),
    warnings: run.warnings,
  };
}

function outcomesOf(run: PrewarmRun): OutcomeCount[] {
  const { fill } = run;
  if (fill === undefined) return [];
  const samples = fill.samples.all();
  return OUTCOME_NAMES.flatMap((outcome) => {
    const tasks = fill.grid.tasksWith(outcome);
    if (tasks === 0) return [];
    const kept = samples.filter((sample) => sample.outcome === outcome);
    return [{ outcome, tasks, samples: kept.map((sample) => sampleOf(run, sample)) }];
  });
}

/** URLs warm nowhere: of a running request only those that have no task left to hope for. */
function failedUrlsOf(run: PrewarmRun): { urls: string[]; total: number } {
  const { urls } = run.input;
  const { grid } = run.fill ?? {};
  const isClosed = run.phase === 'closed';
  const failed: string[] = [];
  let total = 0;
  let characters = 0;
  for (const [row, url] of urls.entries()) {
    const isWarmSomewhere = (grid?.warmedInRow(row) ?? 0) > 0;
    const isPending = grid === undefined || grid.pendingInRow(row) > 0;
    if (isWarmSomewhere || (isPending && !isClosed)) continue;
    total += 1;
    characters += url.length;
    if (failed.length < MAXIMUM_FAILED_URLS && characters < MAXIMUM_FAILED_URL_CHARACTERS) {
      failed.push(url);
    }
  }
  return { urls: failed, total };
}

/** POPs refused, not resolved, or (once nothing is pending there) without a single warmed task. */
function failedPopsOf(run: PrewarmRun): FailedPop[] {
  const { fill, input, targets } = run;
  const failed = [...input.refusedPops, ...(targets?.failedPops ?? [])];
  if (fill === undefined) return failed;
  for (const [column, pop] of fill.popIds.entries()) {
    if (!isBarrenPop(fill.grid, column)) continue;
    failed.push({ pop, reason: 'nothing could be fetched through this POP; see the report' });
  }
  return failed;
}
