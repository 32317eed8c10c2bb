import type { DelayProxy } from './delay-proxy.ts';
import {
  type Contender,
  curlContender,
  curlProcessesContender,
  curlSerialContender,
  engineContender,
  type Measure,
  type Work,
  workerContender,
  wrkContender,
} from './engine-contenders.ts';
import { UNLIMITED_REQUESTS } from './engine-messages.ts';
import { PORTS } from './engine-objects.ts';

/** What a cell demands of the product's engine. */
export type Bar = {
  readonly what: string;
  readonly limit: number;
  readonly direction: 'at least' | 'at most';
  /** Of one round, in which all clients ran within seconds: a host's speed changes within a minute. */
  readonly value: (round: Round) => number;
};

/** One table of the benchmark: who runs, and what must hold. */
export type Cell = {
  readonly name: string;
  readonly contenders: readonly Contender[];
  readonly bars: readonly Bar[];
  /** Memory needs no repeats. */
  readonly isOnce?: boolean;
};

/** What each client of a cell measured when it was its turn, by name. */
export type Round = ReadonlyMap<string, Measure>;

const MEGABYTE = 1_000_000;

/** The cells of the benchmark; `seconds` is how long one client runs. */
export function engineCells(caFile: string, seconds: number, far: DelayProxy): readonly Cell[] {
  const base = {
    caFile,
    seconds,
    requests: UNLIMITED_REQUESTS,
    // V8 compiles the hot path in the first seconds, on the CPU that is measured; a worker runs for minutes.
    warmUpSeconds: 4,
    connections: 48,
    scheme: 'https',
  } as const;
  const small = { ...base, port: PORTS.https, object: '1k' } as const;
  const middle = { ...small, object: '100k' } as const;
  const plain = { ...middle, scheme: 'http', port: PORTS.http } as const;
  const large = { ...small, object: '100m', connections: 6, seconds: 60, requests: 24 } as const;
  return [
    {
      name: '1 KB HTTPS, 48 connections',
      contenders: everyClient(small, 8_000 * seconds),
      bars: [rateBar('wrk', 0.6), rateBar('curl -Z', 2.2)],
    },
    {
      name: '100 KB HTTPS, 48 connections',
      contenders: everyClient(middle, 4_000 * seconds),
      bars: [rateBar('wrk', 0.75), rateBar('curl -Z', 1)],
    },
    {
      name: '100 KB HTTP, 48 connections',
      contenders: everyClient(plain, 6_000 * seconds),
      bars: [rateBar('curl -Z', 1.6)],
    },
    {
      name: '100 MB HTTPS, 6 connections',
      contenders: [curlContender(large, large.requests), ...ourEngines(large)],
      bars: [rateBar('curl -Z', 0.85), cpuBar('curl -Z', 1.1)],
    },
    newConnections({ ...small, port: PORTS.httpsOneRequest }, 100 * seconds),
    distance({ ...small, object: '10m', connections: 1, requests: 6, seconds: 60, port: far.port }),
    hugeBodies({ ...small, object: '2g', connections: 6, requests: 6, seconds: 600 }),
    keptConnections({ ...small, connections: 256 }),
    wholeWorker(small),
  ];
}

function everyClient(work: Work, curlRequests: number): readonly Contender[] {
  return [wrkContender(work), curlContender(work, curlRequests), ...ourEngines(work)];
}

function newConnections(work: Work, curlRequests: number): Cell {
  return {
    name: '1 KB HTTPS, a new connection for each request',
    contenders: [curlProcessesContender(work, curlRequests), ...ourEngines(work)],
    bars: [rateBar('curl a fetch', 7)],
  };
}

function distance(work: Work): Cell {
  const far = { ...work, address: '127.0.0.1' };
  return {
    name: '10 MB HTTPS, one connection at 100 ms',
    contenders: [curlSerialContender(far, far.requests), ...ourEngines(far)],
    bars: [rateBar('curl', 0.8)],
  };
}

function hugeBodies(work: Work): Cell {
  const growth: Bar = {
    what: 'MB of growth from the first quarter to the end',
    limit: 12,
    direction: 'at most',
    value: (round) => {
      const result = round.get('edge')?.result;
      if (result === undefined || result.quarterRssBytes === 0) return Number.NaN;
      return (result.endRssBytes - result.quarterRssBytes) / MEGABYTE;
    },
  };
  const bars = [memoryBar(120), growth];
  return {
    name: 'six 2 GiB bodies at once',
    contenders: [engineContender('edge', work)],
    bars,
    isOnce: true,
  };
}

function keptConnections(work: Work): Cell {
  const contenders = [engineContender('edge', work)];
  return { name: '256 kept TLS connections', contenders, bars: [memoryBar(150)], isOnce: true };
}

/**
 * Batches, heartbeats, grid and all, against the bare engine: what the rest of a worker costs. The
 * worker is ten times the code, and so takes longer to be compiled.
 */
function wholeWorker(work: Work): Cell {
  const bar: Bar = {
    what: '× the engine alone',
    limit: 0.85,
    direction: 'at least',
    value: (round) => perSecond(round, 'worker') / perSecond(round, 'edge'),
  };
  return {
    name: '1 KB HTTPS, the whole worker',
    contenders: [
      // What runs once a batch or a fill is compiled only after many of them. First, so that the
      // engine's connections are not closed as idle meanwhile.
      workerContender({ ...work, warmUpSeconds: 60 }),
      engineContender('edge', work),
    ],
    bars: [bar],
  };
}

function ourEngines(work: Work): readonly Contender[] {
  return [engineContender('edge', work), engineContender('undici', work)];
}

function rateBar(other: string, limit: number): Bar {
  return {
    what: `× ${other}`,
    limit,
    direction: 'at least',
    value: (round) => perSecond(round, 'edge') / perSecond(round, other),
  };
}

function cpuBar(other: string, limit: number): Bar {
  return {
    what: `× ${other}'s CPU a byte`,
    limit,
    direction: 'at most',
    value: (round) => cpuPerByte(round, 'edge') / cpuPerByte(round, other),
  };
}

function memoryBar(limit: number): Bar {
  return {
    what: 'MB of memory at most',
    limit,
    direction: 'at most',
    value: (round) => (round.get('edge')?.maximumRssBytes ?? Number.NaN) / MEGABYTE,
  };
}

function perSecond(round: Round, name: string): number {
  const measure = round.get(name);
  return measure === undefined ? Number.NaN : measure.requests / measure.seconds;
}

function cpuPerByte(round: Round, name: string): number {
  const measure = round.get(name);
  return measure === undefined ? Number.NaN : measure.cpuSeconds / measure.bodyBytes;
}
