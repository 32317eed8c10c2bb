import { ApplicationFailure } from '@temporalio/workflow';
import { FAILURES } from '../../domain/failures.ts';
import { hostOfUrl } from '../../domain/host-of-url.ts';
import { resolveTargets } from './activities.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { publish } from './publish.ts';

/**
 * Finds whose URLs these are and which POPs exist.
 *
 * A POP that does not resolve, or a host that is not served, is told in the summary; the run goes on
 * with the rest.
 *
 * @throws ApplicationFailure `NoPopResolves` or `NoUrlAllowed` when there is no rest.
 */
export async function resolve(run: PrewarmRun): Promise<void> {
  if (run.targets !== undefined) return;
  run.enterPhase('resolving');
  publish(run);
  const { urls, pops, cfDomain, needInvalidate } = run.input;
  const requestHosts = [...new Set(urls.map(hostOfUrl))];
  const targets = await resolveTargets.executeWithOptions(
    { summary: `${requestHosts.length} hosts, ${pops.length} POPs` },
    [{ requestHosts, pops, needInvalidate, ...(cfDomain === undefined ? {} : { cfDomain }) }],
  );
  run.adoptTargets(targets);
  if (run.servedRows() === 0) {
    const [host = '', found] = Object.entries(targets.hosts)[0] ?? [];
    throw ApplicationFailure.nonRetryable(
      `None of the ${urls.length} URLs may be warmed, e.g. host ${host}: ` +
        (found !== undefined && 'refusal' in found ? found.refusal : 'not resolved'),
      FAILURES.noUrlAllowed,
    );
  }
  if (targets.livePops.length === 0) {
    const [first] = targets.failedPops;
    throw ApplicationFailure.nonRetryable(
      `None of the ${pops.length + run.input.refusedPops.length} POPs of the request resolves` +
        (first === undefined ? '' : `, e.g. ${first.pop}: ${first.reason}`),
      FAILURES.noPopResolves,
    );
  }
}
