import { expect, vi } from 'vitest';
import type { Product } from './product.ts';
import type { ProgressSeen, TaskSeen } from './product-api.ts';

/** Bound of every wait for a state: machines that run the tests may be busy. */
const WAIT = { timeout: 60_000, interval: 100 } as const;

/** Waits until a state is reached. @throws Error that names it, after a minute. */
export async function until(state: string, isReached: () => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => {
    if (!(await isReached())) throw new Error(`Waited for a minute, but not yet so: ${state}`);
  }, WAIT);
}

/** A fetch through one POP. */
export type FetchPlace = { readonly path: string; readonly pop: string };

/** Waits until a POP is sending the body of `path`: then its fetch task is in flight. */
export async function untilFetching({ edge }: Product, { path, pop }: FetchPlace): Promise<void> {
  await until(`${path} is being fetched through ${pop}`, async () => {
    const seen = await edge.requests({ path, location: pop });
    return seen.some(({ end, status }) => end === 'open' && status === 200);
  });
}

/** Waits until no POP is asked for anything. */
export async function untilNothingFetches({ edge }: Product): Promise<void> {
  await until('nothing is being fetched', async () => {
    const seen = await edge.requests();
    return seen.every(({ end }) => end !== 'open');
  });
}

/** Every task is in exactly one count, and none is in progress after the end. */
export function expectTrueTotals(progress: ProgressSeen, tasks: readonly TaskSeen[]): void {
  const warmed = tasks.filter(({ outcome }) => outcome === 'warm' || outcome === 'filled').length;
  const pending = tasks.filter(({ outcome }) => outcome === 'pending').length;
  const { total_count, download_count, failed_count, in_progress_task_count } = progress;
  expect({
    total_count,
    download_count,
    failed_count,
    in_progress_task_count,
    available_task_count: progress.available_task_count,
  }).toEqual({
    total_count: tasks.length,
    download_count: warmed,
    failed_count: tasks.length - warmed - pending,
    in_progress_task_count: 0,
    available_task_count: pending,
  });
}

/** Every task called warm is held by its POP's own cache. */
export async function expectWarmIsHeld(
  product: Product,
  tasks: readonly TaskSeen[],
): Promise<void> {
  const held = await product.edge.caches({ kind: 'pop', state: 'complete' });
  const keys = new Set(held.map(({ location, path }) => `${location} ${path}`));
  const lies = tasks
    .filter(({ outcome }) => outcome === 'warm' || outcome === 'filled')
    .map(({ url, pop }) => `${pop} ${new URL(url).pathname}`)
    .filter((key) => !keys.has(key));
  expect(lies).toEqual([]);
}
