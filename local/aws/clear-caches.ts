import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const invalidationSchema = z.object({
  id: z.string(),
  status: z.enum(['InProgress', 'Completed']),
});
const POLL_MS = 50;

/**
 * Clears paths from the caches of the simulated CloudFront through its inspection endpoint.
 *
 * @returns a function that resolves when every cache is clear.
 */
export function createCacheClearing(
  inspectUrl: string,
  signal: AbortSignal,
): (distributionId: string, paths: readonly string[]) => Promise<void> {
  async function ask(path: string, body?: object): Promise<z.output<typeof invalidationSchema>> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${inspectUrl}${path}`, { ...init, signal });
    if (!answer.ok) {
      throw new Error(`The simulated CloudFront answered ${answer.status}: ${await answer.text()}`);
    }
    return invalidationSchema.parse(await answer.json());
  }

  return async (distributionId, paths) => {
    let { id, status } = await ask('/invalidations', { distributionId, paths });
    while (status !== 'Completed') {
      await delay(POLL_MS, undefined, { signal });
      ({ id, status } = await ask(`/invalidations?id=${encodeURIComponent(id)}`));
    }
  };
}
