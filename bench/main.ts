/** `npm run bench -- NAME`: runs one benchmark and prints what it measured. */

/** A benchmark: sets itself up, measures, prints, cleans up. */
type Benchmark = {
  readonly about: string;
  readonly load: () => Promise<{ readonly run: () => Promise<void> }>;
};

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  api: {
    about: 'the HTTP api over a real Temporal server, beside a bare Hono route',
    load: () => import('./api.ts'),
  },
  'end-to-end': {
    about: 'whole requests of 20,000 fetch tasks, beside one curl',
    load: () => import('./end-to-end.ts'),
  },
  concurrency: {
    about: 'the adaptive number of connections to a POP, beside fixed ones, at three distances',
    load: () => import('./concurrency.ts'),
  },
  engine: {
    about: 'the HTTP engine of the fetch worker, beside wrk, curl and undici',
    load: () => import('./engine.ts'),
  },
  'engine-profile': {
    about: 'where the HTTP engine spends its time',
    load: () => import('./engine-profile.ts'),
  },
  small: {
    about: 'how long a small request takes from POST to its end',
    load: () => import('./small.ts'),
  },
};

const name = process.argv[2] ?? '';
const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (benchmark === undefined) {
  const list = Object.entries(BENCHMARKS).map(
    ([known, { about }]) => `  ${known.padEnd(14)} ${about}`,
  );
  console.error(`npm run bench -- NAME, where NAME is one of:\n${list.join('\n')}`);
  process.exitCode = 1;
} else {
  const { run } = await benchmark.load();
  await run();
}
