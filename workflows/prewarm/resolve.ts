import { ApplicationFailure } from '@temporalio/workflow';
import { FAILURES } from '../../domain/failures.ts';
import { hostOfUrl } from '../../domain/host-of-url.ts';
import type { ResolvedTargets } from '../../domain/prewarm.ts';
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
  if (run.servedRows() === 0) throw noUrlAllowed(run, targets);
  if (targets.livePops.length === 0) throw noPopResolves(run, targets);
}

function noUrlAllowed({ input }: PrewarmRun, { hosts }: ResolvedTargets): ApplicationFailure {
  const urls = input.urls.length;
  const [host = '', found] = Object.entries(hosts)[0] ?? [];
  const refusal = found !== undefined && 'refusal' in found ? found.refusal : 'not resolved';
  const what =
    urls === 1 ? 'The URL may not be warmed,' : `None of the ${urls} URLs may be warmed, e.g.`;
  return ApplicationFailure.nonRetryable(`${what} host ${host}: ${refusal}`, FAILURES.noUrlAllowed);
}

function noPopResolves({ input }: PrewarmRun, targets: ResolvedTargets): ApplicationFailure {
  const pops = input.pops.length + input.refusedPops.length;
  const [first] = [...targets.failedPops, ...input.refusedPops];
  const what =
    pops === 1
      ? 'The POP of the request does not resolve,'
      : `None of the ${pops} POPs of the request resolves, e.g.`;
  const example = first === undefined ? '' : ` ${first.pop}: ${first.reason}`;
  return ApplicationFailure.nonRetryable(`${what}${example}`, FAILURES.noPopResolves);
}
