import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { SecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createAdaptiveConcurrency } from '../edge/adaptive-concurrency.ts';
import { createEventLoopLoad } from '../edge/event-loop-load.ts';
import { type ConcurrencyPolicy, createFixedConcurrency } from '../edge/concurrency-policy.ts';
import { createEdgeSecureContext } from '../edge/http1/secure-context.ts';
import { type Bar, printBars } from './bars.ts';
import { type Cell, CELLS, popsReadySchema } from './concurrency-cells.ts';
import { type Measured, measure } from './concurrency-client.ts';

/** A setting to measure: a policy that knows nothing yet. */
type Contender = { readonly name: string; readonly createPolicy: () => ConcurrencyPolicy };

const LEAST_SHARE_OF_BEST = 0.9;
const FIXED: readonly Contender[] = [4, 8, 16, 32, 64].map((connections) => ({
  name: String(connections),
  createPolicy: () => createFixedConcurrency(connections),
}));
/** As the fetch worker has it by default. */
const ADAPTIVE: Contender = {
  name: 'adaptive',
  createPolicy: () =>
    createAdaptiveConcurrency({ startPerPop: 8, maxRunning: 256, load: createEventLoopLoad() }),
};
// The same module runs as TypeScript and as what was built of it.
const POPS_FILE = fileURLToPath(
  new URL(`concurrency-pops.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/**
 * Measures the adaptive number of connections against fixed ones, on POPs at several distances, and
 * prints the table; the exit status is 1 where it brings less than 0.9 of the best fixed one.
 *
 * Each measure starts with a policy that knows nothing and without a connection.
 */
export async function run(): Promise<void> {
  const pops = fork(POPS_FILE);
  try {
    process.exitCode = printBars(await measureCells(pops));
  } finally {
    pops.kill();
  }
}

async function measureCells(pops: ChildProcess): Promise<Bar[]> {
  const messages: unknown = await once(pops, 'message');
  const [{ caPem, ports }] = z.tuple([popsReadySchema, z.unknown()]).parse(messages);
  const secureContext = createEdgeSecureContext(caPem);
  console.log('Fetches a second (and places at the end), each with its start from nothing');
  console.log(row(['POP', ...FIXED.map(({ name }) => name), ADAPTIVE.name]));
  const bars: Bar[] = [];
  for (const [index, cell] of CELLS.entries()) {
    bars.push(await measureCell(cell, { port: ports[index] ?? 0, secureContext }));
  }
  console.log();
  return bars;
}

/** Settings take turns, so that a slow minute of the machine is everybody's. */
async function measureCell(
  cell: Cell,
  at: { readonly port: number; readonly secureContext: SecureContext },
): Promise<Bar> {
  const contenders = [...FIXED, ADAPTIVE];
  const measures = contenders.map((): Measured[] => []);
  for (let round = 0; round < cell.rounds; round += 1) {
    for (const [index, { createPolicy }] of contenders.entries()) {
      measures[index]?.push(await measure({ ...at, ...cell, policy: createPolicy() }));
    }
  }
  const medians = measures.map(medianOf);
  console.log(
    row([
      cell.name,
      ...medians.map(({ fetchesPerSecond, limit }) => `${fetchesPerSecond.toFixed(0)} (${limit})`),
    ]),
  );
  const [adaptive = 0, ...fixed] = medians.map((each) => each.fetchesPerSecond).reverse();
  const value = adaptive / Math.max(...fixed);
  return { name: `${cell.name}: share of the best fixed`, value, atLeast: LEAST_SHARE_OF_BEST };
}

function medianOf(measures: readonly Measured[]): Measured {
  const sorted = [...measures].sort((a, b) => a.fetchesPerSecond - b.fetchesPerSecond);
  return sorted[Math.floor(sorted.length / 2)] ?? { fetchesPerSecond: 0, limit: 0 };
}

function row([name = '', ...cells]: readonly string[]): string {
  return [name.padEnd(22), ...cells.map((cell) => cell.padStart(12))].join('');
}
