/** The api's process: `node dist/api/server.js`. */

import { pino } from 'pino';
import { type ApiConfig, ConfigError, loadApiConfig } from '../config.ts';
import { ListenError } from './http/listen.ts';
import { DirectoryFileError } from './reports/curl-routes.ts';
import { type RunningApi, runApi } from './run-api.ts';

/** Characters of log lines that wait for a slow reader; beyond that new lines are dropped. */
const MAXIMUM_WAITING_LOG = 4 * 1024 * 1024;

const config = readConfig();
// Written in the background: a reader of the log that is slow must not hold up calls.
const destination = pino.destination({ dest: 1, sync: false, maxLength: MAXIMUM_WAITING_LOG });
const logger = pino({ level: config.logLevel, base: { process: 'api' } }, destination);
const api = await startApi();

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'api stopping');
    void api.stop().then(() => logger.info('api stopped'));
  });
}

async function startApi(): Promise<RunningApi> {
  try {
    return await runApi(config, logger);
  } catch (error) {
    if (error instanceof ListenError || error instanceof DirectoryFileError)
      logger.fatal(error.message);
    else logger.fatal({ err: error }, 'the api can not start');
    destination.flushSync();
    return process.exit(1);
  }
}

function readConfig(): ApiConfig {
  try {
    return loadApiConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
