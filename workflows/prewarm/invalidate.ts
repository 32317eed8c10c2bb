import { CancellationScope } from '@temporalio/workflow';
import { hostOfUrl } from '../../domain/host-of-url.ts';
import {
  invalidationPathOf,
  invalidationPriceUsd,
  lotsOf,
} from '../../domain/invalidation-path.ts';
import { invalidateLot } from './activities.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { publish } from './publish.ts';

/**
 * Clears the URLs from the caches and waits for `Completed`: warming before that would keep the old
 * copies. Distributions side by side, the lots of one in turn (its quota is per distribution).
 *
 * @throws ActivityFailure when CloudFront refuses an invalidation for good.
 */
export async function invalidate(run: PrewarmRun): Promise<void> {
  if (!run.input.needInvalidate || run.invalidation !== undefined) return;
  run.enterPhase('invalidating');
  publish(run);
  const pathsOf = pathsByDistribution(run);
  const paths = [...pathsOf.values()].reduce((sum, list) => sum + list.length, 0);
  let lots = 0;

  await CancellationScope.cancellable(async () => {
    await Promise.all(
      [...pathsOf].map(async ([distributionId, list]) => {
        for (const [lot, lotPaths] of lotsOf(list).entries()) {
          lots += 1;
          await invalidateLot.executeWithOptions(
            { summary: `${lotPaths.length} paths of ${distributionId}, lot ${lot + 1}` },
            [{ requestId: run.requestId, distributionId, lot, paths: lotPaths }],
          );
        }
      }),
    );
  });
  run.invalidation = { paths, lots, priceUsd: invalidationPriceUsd(paths) };
}

function pathsByDistribution(run: PrewarmRun): Map<string, string[]> {
  const pathsOf = new Map<string, Set<string>>();
  for (const url of run.input.urls) {
    const id = run.distributionOfHost(hostOfUrl(url))?.id;
    if (id === undefined) continue;
    const paths = pathsOf.get(id) ?? new Set();
    pathsOf.set(id, paths.add(invalidationPathOf(url)));
  }
  return new Map([...pathsOf].map(([id, paths]) => [id, [...paths]]));
}
