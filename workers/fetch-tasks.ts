import type { Logger } from 'pino';
import type { FetchConfig } from '../config.ts';
import { createAdaptiveConcurrency } from '../edge/adaptive-concurrency.ts';
import { createEngine } from '../edge/create-engine.ts';
import { createEventLoopLoad } from '../edge/event-loop-load.ts';
import { createFetchTaskRunner } from '../edge/fetch-task-runner.ts';
import type { FetchTaskRunner } from '../edge/fetch-task.ts';
import { PopLimiter } from '../edge/pop-limiter.ts';
import { RequestRate } from '../edge/request-rate.ts';
import { openDirectory } from './open-directory.ts';

/** Settings of {@link openFetchTasks}, as the configuration names them. */
export type FetchTasksSettings = Pick<
  FetchConfig,
  | 'edgeCaFile'
  | 'edgeDirectory'
  | 'edgeDnsServers'
  | 'edgeDnsSuffix'
  | 'fetchConnectionsPerPop'
  | 'fetchEngine'
  | 'fetchMaxBytesPerSecond'
  | 'fetchMaxConnections'
  | 'fetchMaxRpsPerPop'
>;

/** The runner of a worker's fetch tasks, and the end of its connections. */
export type FetchTasks = { readonly tasks: FetchTaskRunner; readonly close: () => Promise<void> };

/**
 * Wires what fetches: directory, engine, and what bounds them.
 *
 * @throws DirectoryError when the file that `EDGE_DIRECTORY` names can't be used.
 * @throws Error when the file that `EDGE_CA_FILE` names can't be used.
 */
export async function openFetchTasks(
  settings: FetchTasksSettings,
  logger: Logger,
): Promise<FetchTasks> {
  const directory = await openDirectory(settings, logger);
  const engine = await createEngine(settings);
  const policy = createAdaptiveConcurrency({
    startPerPop: settings.fetchConnectionsPerPop,
    maxRunning: settings.fetchMaxConnections,
    load: createEventLoopLoad(),
  });
  const tasks = createFetchTaskRunner({
    engine,
    directory,
    limiter: new PopLimiter({ policy, maxRunning: settings.fetchMaxConnections }),
    rate: new RequestRate({ maxPerSecond: settings.fetchMaxRpsPerPop }),
  });
  return { tasks, close: () => engine.close() };
}
