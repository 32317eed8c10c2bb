/** The fetch worker: serves only the fetch activity, and may vanish at any moment. */

import { loadFetchConfig } from '../config.ts';
import { runEntry } from './entry.ts';

await runEntry(async () => {
  const config = loadFetchConfig();
  // Loaded after the settings are known to be good: Temporal's SDK alone takes half a second.
  const { runFetchWorker } = await import('./fetch-worker.ts');
  await runFetchWorker(config);
});
