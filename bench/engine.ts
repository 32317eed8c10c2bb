import { availableParallelism } from 'node:os';
import { startDelayProxy } from './delay-proxy.ts';
import { type Bar, type Cell, engineCells } from './engine-cells.ts';
import type { Measure } from './engine-contenders.ts';
import { POPS, PORTS } from './engine-objects.ts';
import { startServer } from './engine-server.ts';
import { requireTools } from './engine-tools.ts';

const ROUNDS = 3;
const SECONDS = 3;
const RTT_MS = 100;
/** With more than this taken by other programs, a measure is taken again, some times. */
const MOST_FOREIGN_CORES = 0.15;
/** A client with less of its core was held up by something else, so a missed bar says nothing. */
const LEAST_CORES = 0.9;
/** With more between a client's fastest and slowest round, it was the machine that was measured. */
const MOST_SPREAD = 1.15;
/** What the bars are about: the engine alone, and the whole worker. */
const OWN_CLIENTS = new Set(['edge', 'worker']);
const ATTEMPTS = 3;
/** Requests that must all have been right, over all cells. */
const REQUESTS_UNDER_LOAD = 200_000;

type Totals = { requests: number; faults: number };

/**
 * Measures the product's engine against wrk, curl and undici on loopback and prints the table with
 * its bars; the exit status is 1 when one is missed. Only ratios within one run count.
 *
 * Further arguments of the command: `--seconds N` a client, and words that a cell's name must contain
 * to be run.
 */
export async function run(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.exitCode = await benchEngine(process.argv.slice(3));
}

async function benchEngine(args: readonly string[]): Promise<number> {
  if (availableParallelism() < 2)
    throw new Error('needs two CPUs: one for nginx, one for a client');
  requireTools();
  const secondsAt = args.indexOf('--seconds');
  const seconds = secondsAt === -1 ? SECONDS : Number(args[secondsAt + 1]);
  const words = args.filter(
    (_, index) => secondsAt === -1 || index < secondsAt || index > secondsAt + 1,
  );
  const server = await startServer();
  const nearest = { host: POPS[0]?.address ?? '', port: PORTS.https };
  const far = await startDelayProxy(nearest, RTT_MS / 2);
  const totals: Totals = { requests: 0, faults: 0 };
  let missed = 0;
  try {
    const cells = engineCells(server.caFile, seconds, far);
    const wanted = cells.filter(({ name }) => words.every((word) => name.includes(word)));
    for (const cell of wanted) missed += await runCell(cell, totals);
    missed += reportTotals(totals, wanted.length === cells.length);
  } finally {
    await far.close();
    await server.close();
  }
  console.log(missed === 0 ? '\nEvery bar is met.' : `\n${missed} bars are missed.`);
  return missed === 0 ? 0 : 1;
}

/**
 * Runs a cell, in more rounds while a bar is missed and the machine was unsteady; returns the bars
 * missed, by the medians of all rounds.
 */
async function runCell(cell: Cell, totals: Totals): Promise<number> {
  const measures = new Map<string, Measure[]>();
  for (let attempt = 1; ; attempt += 1) {
    await measureRounds(cell, measures, totals);
    const medians = new Map([...measures].map(([name, all]) => [name, medianOf(all)]));
    const missed = cell.bars.filter((bar) => !holds(bar, medians));
    printCell(cell, medians);
    const doubt = missed.length === 0 ? undefined : doubtAbout(measures);
    if (doubt === undefined || attempt === ATTEMPTS) return missed.length;
    console.log(`  more rounds: ${doubt}`);
  }
}

/** Why measures say little: a client of the product was held up, or the machine's speed changed. */
function doubtAbout(measures: ReadonlyMap<string, readonly Measure[]>): string | undefined {
  for (const [name, all] of measures) {
    const { cpuSeconds, seconds } = medianOf(all);
    const cores = cpuSeconds / seconds;
    if (OWN_CLIENTS.has(name) && cores < LEAST_CORES) {
      return `${name} had ${cores.toFixed(2)} of its core`;
    }
    const rates = all.map(({ requests, seconds: each }) => requests / each);
    const spread = Math.max(...rates) / Math.min(...rates);
    if (spread > MOST_SPREAD)
      return `${name} was ${spread.toFixed(2)} times as fast in one as in another`;
  }
  return undefined;
}

/** Clients take turns, so that a slow minute of the machine is everybody's. */
async function measureRounds(
  cell: Cell,
  measures: Map<string, Measure[]>,
  totals: Totals,
): Promise<void> {
  for (let round = 0; round < (cell.rounds ?? ROUNDS); round += 1) {
    for (const { name, measureOnce } of cell.contenders) {
      const measure = await undisturbed(measureOnce);
      measures.set(name, [...(measures.get(name) ?? []), measure]);
      if (OWN_CLIENTS.has(name)) addTotals(totals, measure);
    }
  }
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

function medianOf(measures: readonly Measure[]): Measure {
  const sorted = [...measures].sort((a, b) => a.requests / a.seconds - b.requests / b.seconds);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (median === undefined) throw new Error('a client was not run');
  return median;
}

function addTotals(totals: Totals, { result }: Measure): void {
  if (result === undefined) return;
  totals.requests += result.requests;
  totals.faults += result.errors + result.wrongByteCounts + result.wrongPops;
}

function holds({ direction, limit, value }: Bar, medians: ReadonlyMap<string, Measure>): boolean {
  const measured = value(medians);
  return direction === 'at least' ? measured >= limit : measured <= limit;
}

function printCell({ name, bars }: Cell, medians: ReadonlyMap<string, Measure>): void {
  console.log(`\n${name}`);
  console.log('  client          req/s     MB/s  CPU ms/req  CPU s/GB  cores  RSS MB  others');
  for (const [client, measure] of medians) console.log(`  ${line(client, measure)}`);
  for (const bar of bars) {
    const mark = holds(bar, medians) ? 'ok    ' : 'MISSED';
    const measured = bar.value(medians).toFixed(2);
    console.log(`  ${mark} ${measured} ${bar.what} (${bar.direction} ${bar.limit})`);
  }
}

function line(client: string, measure: Measure): string {
  const { requests, seconds, bodyBytes, cpuSeconds, maximumRssBytes } = measure;
  return [
    client.padEnd(12),
    (requests / seconds).toFixed(0).padStart(8),
    (bodyBytes / 1e6 / seconds).toFixed(0).padStart(8),
    ((cpuSeconds * 1_000) / requests).toFixed(4).padStart(11),
    (cpuSeconds / (bodyBytes / 1e9)).toFixed(2).padStart(9),
    (cpuSeconds / seconds).toFixed(2).padStart(6),
    (maximumRssBytes / 1e6).toFixed(0).padStart(7),
    measure.foreignCores.toFixed(2).padStart(7),
  ].join(' ');
}

function reportTotals({ requests, faults }: Totals, isWholeRun: boolean): number {
  const isEnough = !isWholeRun || requests >= REQUESTS_UNDER_LOAD;
  const mark = faults === 0 && isEnough ? 'ok    ' : 'MISSED';
  console.log(
    `\n${mark} ${requests} requests under load: ${faults} errors, wrong byte counts or POPs`,
  );
  return faults === 0 && isEnough ? 0 : 1;
}
