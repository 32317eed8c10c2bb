import { availableParallelism } from 'node:os';
import { startDelayProxy } from './delay-proxy.ts';
import { type Bar, type Cell, engineCells, type Round } from './engine-cells.ts';
import type { Measure } from './engine-contenders.ts';
import { measureCell } from './engine-rounds.ts';
import { POPS, PORTS } from './engine-objects.ts';
import { startServer } from './engine-server.ts';
import { requireTools } from './engine-tools.ts';

const SECONDS = 2;
const RTT_MS = 100;
/** A client with less of its core was held up by something else, so a missed bar says nothing. */
const LEAST_CORES = 0.9;
/** With more between the ratios of two rounds, it was the machine that was measured. */
const MOST_SPREAD = 1.15;
/** What the bars are about: the engine alone, and the whole worker. */
const OWN_CLIENTS = ['edge', 'worker'];
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
    if (wanted.length === 0) throw new Error(`no cell has ${words.join(' and ')} in its name`);
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
 * Runs a cell, again while a bar is missed and the machine was unsteady; returns the bars missed, by
 * the medians over all rounds.
 */
async function runCell(cell: Cell, totals: Totals): Promise<number> {
  const rounds: Round[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const added = await measureCell(cell);
    for (const name of OWN_CLIENTS) addTotals(totals, measuresOf(name, added));
    rounds.push(...added);
    printCell(cell, rounds);
    const missed = cell.bars.filter((bar) => !holds(bar, rounds));
    const doubt = missed.length === 0 ? undefined : doubtAbout(missed, rounds);
    if (doubt === undefined || attempt === ATTEMPTS) return missed.length;
    console.log(`  more rounds: ${doubt}`);
  }
}

/** Why a missed bar says little: a client of the product was held up, or the rounds disagree. */
function doubtAbout(missed: readonly Bar[], rounds: readonly Round[]): string | undefined {
  for (const name of OWN_CLIENTS) {
    const cores = median(
      measuresOf(name, rounds).map((measure) => measure.cpuSeconds / measure.seconds),
    );
    if (cores < LEAST_CORES) return `${name} had ${cores.toFixed(2)} of its core`;
  }
  for (const { what, value } of missed) {
    const values = rounds.map(value);
    const spread = Math.max(...values) / Math.min(...values);
    if (spread > MOST_SPREAD)
      return `"${what}" was ${spread.toFixed(2)} times in one what it was in another`;
  }
  return undefined;
}

function measuresOf(client: string, rounds: readonly Round[]): Measure[] {
  return rounds.flatMap((round) => round.get(client) ?? []);
}

function addTotals(totals: Totals, measures: readonly Measure[]): void {
  for (const { result } of measures) {
    if (result === undefined) continue;
    totals.requests += result.requests;
    totals.faults += result.errors + result.wrongByteCounts + result.wrongPops;
  }
}

function holds({ direction, limit, value }: Bar, rounds: readonly Round[]): boolean {
  const measured = median(rounds.map(value));
  return direction === 'at least' ? measured >= limit : measured <= limit;
}

/** A client's line is its round in the middle; a bar is the median of the rounds' own ratios. */
function printCell({ name, bars, contenders }: Cell, rounds: readonly Round[]): void {
  console.log(`\n${name}, ${rounds.length} rounds`);
  console.log('  client          req/s     MB/s  CPU ms/req  CPU s/GB  cores  RSS MB  others');
  for (const { name: client } of contenders) {
    console.log(`  ${line(client, middleOf(measuresOf(client, rounds)))}`);
  }
  for (const bar of bars) {
    const values = rounds.map(bar.value);
    const mark = holds(bar, rounds) ? 'ok    ' : 'MISSED';
    const range = `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
    const measured = `${median(values).toFixed(2)} ${bar.what}`;
    console.log(`  ${mark} ${measured} (${bar.direction} ${bar.limit}; ${range})`);
  }
}

function middleOf(measures: readonly Measure[]): Measure {
  const sorted = [...measures].sort((a, b) => a.requests / a.seconds - b.requests / b.seconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('a client was not run');
  return middle;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = Number.NaN, high = low] = sorted.slice(
    Math.floor((sorted.length - 1) / 2),
    Math.floor(sorted.length / 2) + 1,
  );
  return (low + high) / 2;
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
