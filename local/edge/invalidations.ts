import type { Distributions } from './distribution.ts';
import type { Network } from './network.ts';

/** One invalidation, as its asker follows it. */
export type Invalidation = {
  id: string;
  distributionId: string;
  paths: readonly string[];
  status: 'InProgress' | 'Completed';
  /** Milliseconds since the epoch. */
  createdAtMs: number;
};

/** Drops objects from every cache. */
export interface Invalidations {
  /**
   * Starts an invalidation: caches are cleared when its delay is over, not before.
   *
   * @throws Error for an unknown distribution, a path without `/` at its start, or a `*` that is
   * not the last character.
   */
  create: (distributionId: string, paths: readonly string[]) => Invalidation;
  find: (id: string) => Invalidation | undefined;
  /** Resolves when the invalidation is `Completed`, or when the simulation closes. */
  completed: (id: string) => Promise<void>;
  /** Completes what is under way at once. */
  close: () => void;
}

const MAX_KEPT = 10_000;

function checkPaths(paths: readonly string[]): void {
  const bad = paths.find((path) => !/^\/[^*]*\*?$/.test(path));
  if (bad === undefined) return;
  throw new Error(`Invalidation path \`${bad}\` must start with / and may have * at its end only`);
}

function compilePaths(paths: readonly string[]): (target: string) => boolean {
  const exact = new Set(paths.filter((path) => !path.endsWith('*')));
  const prefixes = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
  return (target) => exact.has(target) || prefixes.some((prefix) => target.startsWith(prefix));
}

/** What invalidations need. */
export interface InvalidationsDeps {
  network: Network;
  distributions: Distributions;
  now: () => number;
}

/** Clears the caches after a delay; `finishAll` does it at once for all that wait. */
function createClearing(network: Network, delayMs: number) {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  return {
    start: function start(invalidation: Invalidation): Promise<void> {
      const matches = compilePaths(invalidation.paths);
      const { distributionId } = invalidation;
      return new Promise((resolve) => {
        function finish(): void {
          network.clear((key) => key.distributionId === distributionId && matches(key.target));
          invalidation.status = 'Completed';
          waiting.delete(timer);
          resolve();
        }
        const timer = setTimeout(finish, delayMs);
        waiting.set(timer, finish);
      });
    },
    finishAll: function finishAll(): void {
      for (const [timer, finish] of waiting) {
        clearTimeout(timer);
        finish();
      }
    },
  };
}

/** Creates the list of invalidations; the last {@link MAX_KEPT} can be asked for. */
export function createInvalidations(
  { network, distributions, now }: InvalidationsDeps,
  delayMs: number,
): Invalidations {
  const kept = new Map<string, { invalidation: Invalidation; done: Promise<void> }>();
  const clearing = createClearing(network, delayMs);
  let count = 0;
  return {
    create: function create(distributionId, paths) {
      if (distributions.findById(distributionId) === undefined) {
        throw new Error(`Distribution \`${distributionId}\` does not exist`);
      }
      checkPaths(paths);
      count += 1;
      const invalidation: Invalidation = {
        id: `I${count.toString().padStart(13, '0')}`,
        distributionId,
        paths: [...paths],
        status: 'InProgress',
        createdAtMs: now(),
      };
      const oldest = kept.keys().next();
      if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
      kept.set(invalidation.id, { invalidation, done: clearing.start(invalidation) });
      return invalidation;
    },
    find: (id) => kept.get(id)?.invalidation,
    completed: async (id) => kept.get(id)?.done,
    close: () => clearing.finishAll(),
  };
}
