import type { FailedPop, PopTarget } from '../domain/prewarm.ts';
import { mapBounded } from './map-bounded.ts';

/** The part of the edge directory that says whether a POP exists. */
export interface PopDirectory {
  /** Addresses of a POP for a distribution (the first label of its domain name), or why there are none. */
  resolve(
    popId: string,
    distributionLabel: string,
  ): Promise<{ readonly addresses: readonly unknown[] } | { readonly reason: string }>;
}

/** POPs of a request that have an address, and those that have none. */
export type LivePops = {
  /** Indexes into the POPs asked for. */
  readonly livePops: readonly number[];
  readonly failedPops: readonly FailedPop[];
};

/** DNS look-ups at once: enough for 400 POPs in about a second, few enough for a small resolver. */
const POPS_AT_ONCE = 64;

/** Asks the directory for every POP of a request. A POP without an address is data, not an error. */
export async function findLivePops(
  pops: readonly PopTarget[],
  domainName: string,
  directory: PopDirectory,
): Promise<LivePops> {
  const label = domainName.split('.', 1)[0] ?? domainName;
  const answers = await mapBounded(pops, POPS_AT_ONCE, (pop) => directory.resolve(pop.id, label));
  const livePops: number[] = [];
  const failedPops: FailedPop[] = [];
  for (const [index, answer] of answers.entries()) {
    if ('addresses' in answer) livePops.push(index);
    else failedPops.push({ pop: pops[index]?.id ?? '', reason: answer.reason });
  }
  return { livePops, failedPops };
}
