/** The control worker: the workflows, and the activities that talk to AWS, DNS and the fleet. */

import { runEntry } from './entry.ts';

await runEntry(async () => {
  const { loadControlConfig } = await import('../config.ts');
  const config = loadControlConfig();
  const { createLogger } = await import('./logger.ts');
  const logger = createLogger({ level: config.logLevel, role: 'control' });
  logger.info('starting');
  const { runControlWorker } = await import('./control-worker.ts');
  await runControlWorker(config, logger);
});
