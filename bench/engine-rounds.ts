import type { Cell, Round } from './engine-cells.ts';
import type { Measure, OpenContender } from './engine-contenders.ts';

/** With more than this taken by other programs, a measure is taken again, some times. */
const MOST_FOREIGN_CORES = 0.15;
const ATTEMPTS = 3;
const OPENINGS = 3;
const ROUNDS_OF_OPENING = 2;

/**
 * Measures all clients of a cell some times, of which each time is of new processes: where the code and
 * the data of one come to lie makes it faster or slower by a tenth for as long as it lives.
 */
export async function measureCell({ contenders, isOnce = false }: Cell): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let opening = 0; opening < (isOnce ? 1 : OPENINGS); opening += 1) {
    const opened = new Map<string, OpenContender>();
    for (const { name, open } of contenders) opened.set(name, await open());
    rounds.push(...(await measureRounds(opened, isOnce ? 1 : ROUNDS_OF_OPENING)));
    for (const { close } of opened.values()) await close();
  }
  return rounds;
}

/**
 * Clients take turns, there and back, so that a machine that grows slower or faster favours none of
 * them.
 */
async function measureRounds(
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
