/** How the tasks of a batch lie side by side: over so many POPs, so many tasks through each. */

/**
 * POPs that a batch is spread over, where there are as many: through one POP alone its worker would
 * have that POP's connections and requests a second only. Few, so that a POP that stalls does not
 * hold every batch.
 */
export const POPS_OF_BATCH = 4;

/** Tasks of one POP that are not spread any thinner: one for each of its first connections. */
export const TASKS_PER_POP = 8;

/** Tasks that a batch can fetch all at once: together they take no longer than the slowest one. */
export function concurrentTasks(pops: number): number {
  return TASKS_PER_POP * Math.min(POPS_OF_BATCH, Math.max(1, pops));
}
