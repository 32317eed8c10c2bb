/** The fetch worker: serves only the fetch activity, and may vanish at any moment. */

import { runEntry } from './entry.ts';

await runEntry(async () => {
  const { loadFetchConfig } = await import('../config.ts');
  const config = loadFetchConfig();
  const { createLogger } = await import('./logger.ts');
  const logger = createLogger({ level: config.logLevel, role: 'fetch' });
  logger.info('starting');
  // Loaded after the settings are known to be good: Temporal's SDK alone takes half a second.
  const { runFetchWorker } = await import('./fetch-worker.ts');
  await runFetchWorker(config, logger);
});
