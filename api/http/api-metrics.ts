import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** One finished HTTP call, as metrics count it. */
export type CountedCall = {
  readonly method: string;
  /** The route's pattern, never the path: bounded. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
};

/** How the progress cache answered: from memory, by asking Temporal, or with an older answer. */
export type CacheAnswer = 'hit' | 'miss' | 'stale';

/** What the api counts of itself, in Prometheus' terms. */
export type ApiMetrics = {
  readonly registry: Registry;
  countCall(call: CountedCall): void;
  /** Open Server-Sent Event streams changed by one. */
  countStream(change: 1 | -1): void;
  countCacheAnswer(answer: CacheAnswer): void;
  countTemporalCall(name: string): void;
};

/** Buckets in seconds: the cached answer is below 5 ms, a call that Temporal fails ends at 3 s. */
const DURATION_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Metrics in a registry of their own, with those of the process (memory, CPU, event loop). */
export function createApiMetrics(): ApiMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: 'prewarm_http_requests_total',
    help: 'HTTP calls answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'prewarm_http_request_duration_seconds',
    help: 'Time from the call to the start of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const streams = new Gauge({
    name: 'prewarm_http_open_streams',
    help: 'Server-Sent Event streams that are open.',
    registers,
  });
  const cacheAnswers = new Counter({
    name: 'prewarm_progress_cache_answers_total',
    help: 'Progress and summary answers: hit (from memory), miss (Temporal asked), stale.',
    labelNames: ['answer'],
    registers,
  });
  const temporalCalls = new Counter({
    name: 'prewarm_temporal_calls_total',
    help: 'Calls to Temporal, by kind.',
    labelNames: ['call'],
    registers,
  });
  return {
    registry,
    countCall: ({ method, route, status, seconds }) => {
      const labels = { method, route, status: String(status) };
      calls.inc(labels);
      durations.observe(labels, seconds);
    },
    countStream: (change) => streams.inc(change),
    countCacheAnswer: (answer) => cacheAnswers.inc({ answer }),
    countTemporalCall: (call) => temporalCalls.inc({ call }),
  };
}
