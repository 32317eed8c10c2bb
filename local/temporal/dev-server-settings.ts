/** Release of the Temporal CLI that is downloaded or built; `cli-module/go.mod` pins the same. */
export const TEMPORAL_CLI_VERSION = '1.8.2';

/** Oldest server, `[major, minor]`, that has what the workflows use (fairness, priorities, memo upserts). */
export const OLDEST_SERVER_VERSION = [1, 29] as const;

/** Ports of the dev server when nobody chose others: those that Temporal's own tools expect. */
export const DEFAULT_TEMPORAL_PORT = 7_233;

/** See {@link DEFAULT_TEMPORAL_PORT}. */
export const DEFAULT_UI_PORT = 8_233;

/**
 * Dynamic configuration, as `KEY=VALUE` with a JSON value, of every dev server: `npm start`'s and
 * the tests'.
 *
 * - The dev server has one history shard, and a shard reads its transfer queue 20 times a second:
 *   past the burst each step of a workflow waits for a 50 ms grid. 100 reads take that away, more
 *   gain nothing (server: common/dynamicconfig/constants.go, service/history/queues/reader.go).
 * - Timers are rounded up by as much as `timerProcessorMaxTimeShift`, 1 s
 *   (server: service/history/shard/task_key_manager.go).
 * - Fairness between requests is off unless asked for.
 * - A worker that ends leaves long polls behind, and a batch handed to one of them is lost until its
 *   heartbeat is missed. With this the server answers them first, and the worker waits for it (SDK
 *   core: worker/mod.rs, `worker_poll_complete_on_shutdown`).
 * - One host carries every service here, so limits meant for one of many are lifted.
 */
export const DEV_SERVER_DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=100',
  'history.timerProcessorMaxTimeShift="10ms"',
  'matching.enableFairness=true',
  'frontend.enableCancelWorkerPollsOnShutdown=true',
  'frontend.rps=20000',
  'frontend.namespaceRPS=20000',
  'matching.rps=20000',
  'history.rps=20000',
] as const;

/** SQLite settings of every dev server: a crash of the machine may cost the last moment, a crash of a process nothing. */
export const DEV_SERVER_SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=off'] as const;

/** Where a dev server listens and keeps its data. */
export type DevServerOptions = {
  readonly port: number;
  /** Undefined: without Web UI. */
  readonly uiPort?: number;
  /** Database file, kept between runs. Undefined: in memory. */
  readonly databaseFile?: string;
  /** Registered at start, as `Name=Type`. */
  readonly searchAttributes?: readonly string[];
};

/** Arguments of `temporal` that start a dev server on loopback. */
export function devServerArguments(options: DevServerOptions): string[] {
  const { port, uiPort, databaseFile, searchAttributes = [] } = options;
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)];
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]));
  if (databaseFile !== undefined) args.push('--db-filename', databaseFile);
  args.push('--log-level', 'warn');
  for (const pragma of DEV_SERVER_SQLITE_PRAGMAS) args.push('--sqlite-pragma', pragma);
  for (const value of DEV_SERVER_DYNAMIC_CONFIG) args.push('--dynamic-config-value', value);
  for (const attribute of searchAttributes) args.push('--search-attribute', attribute);
  return args;
}
