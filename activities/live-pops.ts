import type { FailedPop, PopTarget } from '../domain/prewarm.ts';
import type { EdgeDirectory, PopResolution } from '../edge/directory.ts';
import { mapBounded } from './map-bounded.ts';

/** POPs of a request that have an address, and those that have none. */
export type LivePops = {
  /** Indexes into the POPs asked for. */
  readonly livePops: readonly number[];
  readonly failedPops: readonly FailedPop[];
};

/** DNS look-ups at once: enough for 400 POPs in about a second, few enough for a small resolver. */
const POPS_AT_ONCE = 64;

/**
 * Asks the directory for every POP of a request. A POP without an address is data, not an error.
 *
 * @throws DirectoryError when not one POP could be looked up: then the directory is what failed.
 */
export async function findLivePops(
  pops: readonly PopTarget[],
  domainName: string,
  directory: EdgeDirectory,
): Promise<LivePops> {
  const answers = await mapBounded(pops, POPS_AT_ONCE, async (pop) => {
    try {
      return await directory.resolve(pop.id, domainName);
    } catch (error) {
      return unanswered(error);
    }
  });
  const [first] = answers;
  if (first instanceof Error && answers.every((answer) => answer instanceof Error)) throw first;

  const livePops: number[] = [];
  const failedPops: FailedPop[] = [];
  for (const [index, answer] of answers.entries()) {
    const reason = reasonOf(answer);
    if (reason === undefined) livePops.push(index);
    else failedPops.push({ pop: pops[index]?.id ?? '', reason });
  }
  return { livePops, failedPops };
}

function unanswered(error: unknown): Error {
  // By its name: activities know the edge by type only.
  if (error instanceof Error && error.name === 'DirectoryError') return error;
  throw error;
}

function reasonOf(answer: PopResolution | Error): string | undefined {
  if (answer instanceof Error) return answer.message;
  return answer.isFound ? undefined : answer.reason;
}
