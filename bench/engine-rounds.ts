import type { Cell, Round } from './engine-cells.ts';
import type { Measure, OpenContender } from './engine-contenders.ts';

/** With more than this taken by other programs, a measure is taken again, some times. */
const MOST_FOREIGN_CORES = 0.15;
const ATTEMPTS = 3;

/** Makes the clients of a cell ready, one after the other. */
export async function openContenders(cell: Cell): Promise<ReadonlyMap<string, OpenContender>> {
  const opened = new Map<string, OpenContender>();
  for (const { name, open } of cell.contenders) opened.set(name, await open());
  return opened;
}

/**
 * Measures all clients in turns, there and back, so that a machine that grows slower or faster favours
 * none of them.
 */
export async function measureRounds(
  contenders: ReadonlyMap<string, OpenContender>,
  count: number,
): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let number = 0; number < count; number += 1) {
    const turn = number % 2 === 0 ? [...contenders] : [...contenders].toReversed();
    const round = new Map<string, Measure>();
    for (const [name, { measureOnce }] of turn) round.set(name, await undisturbed(measureOnce));
    rounds.push(round);
  }
  return rounds;
}

/** Measures again while other programs disturb it; takes the least disturbed of a few tries. */
async function undisturbed(measure: () => Promise<Measure>): Promise<Measure> {
  let best = await measure();
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    if (best.foreignCores <= MOST_FOREIGN_CORES) return best;
    const next = await measure();
    if (next.foreignCores < best.foreignCores) best = next;
  }
  return best;
}
