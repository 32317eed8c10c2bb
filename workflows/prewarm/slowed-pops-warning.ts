/**
 * Why a request may run to its deadline although everything seems well: POPs that answer 503 with
 * LimitExceeded or CapacityExceeded give their tasks back, and no attempt counts.
 *
 * @param pops ids of all POPs that answered so; the first one stands for all.
 * @returns one sentence, or undefined when there is none.
 */
export function slowedPopsWarning(pops: ReadonlySet<string>): string | undefined {
  const [first] = pops;
  if (first === undefined) return undefined;
  const asked = 'asked to be asked less (LimitExceeded or CapacityExceeded)';
  return pops.size === 1
    ? `1 POP ${asked}, ${first}: its tasks are tried again until the deadline`
    : `${pops.size} POPs ${asked}, e.g. ${first}: their tasks are tried again until the deadline`;
}
