/** The api's process: `node dist/api/server.js`. */

import { pino } from 'pino';
import { type ApiConfig, ConfigError, loadApiConfig } from '../config.ts';
import { runApi } from './run-api.ts';

const config = readConfig();
const logger = pino({ level: config.logLevel, base: { process: 'api' } });
const api = await runApi(config, logger);

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'api stopping');
    void api.stop().then(() => logger.info('api stopped'));
  });
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
