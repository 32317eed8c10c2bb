import { setTimeout as delay } from 'node:timers/promises';
import { MOST_PATHS, MOST_WILDCARDS, checkPaths, isWildcard } from './invalidation-rules.ts';
import { WireError } from './wire-error.ts';

/** An invalidation of the local CloudFront. */
export type LocalInvalidation = {
  readonly id: string;
  readonly distributionId: string;
  readonly callerReference: string;
  readonly paths: readonly string[];
  readonly createdAtMs: number;
  status: 'InProgress' | 'Completed';
};

/** Invalidations of all distributions. */
export interface Invalidations {
  /**
   * Starts an invalidation, or finds the one that has the same reference and paths.
   *
   * @throws WireError as CloudFront refuses a batch.
   */
  create(batch: Batch): LocalInvalidation;
  find(distributionId: string, id: string): LocalInvalidation | undefined;
  list(): readonly LocalInvalidation[];
}

/** What CreateInvalidation asks for. */
export type Batch = Pick<LocalInvalidation, 'distributionId' | 'callerReference' | 'paths'>;

/** What invalidations work with. */
export type InvalidationsDeps = {
  /** From CreateInvalidation to `Completed`, in milliseconds, at least. */
  readonly delayMs: number;
  /** Clears the caches; resolves when they are clear. */
  readonly clearCaches: (distributionId: string, paths: readonly string[]) => Promise<void>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
};

/** Creates an empty list. */
export function createInvalidations(deps: InvalidationsDeps): Invalidations {
  const kept: LocalInvalidation[] = [];

  async function complete(invalidation: LocalInvalidation): Promise<void> {
    const { distributionId, paths } = invalidation;
    await Promise.all([
      deps.clearCaches(distributionId, paths),
      delay(deps.delayMs, undefined, { signal: deps.signal }),
    ]);
    invalidation.status = 'Completed';
  }

  return {
    create: (batch) => {
      checkPaths(batch.paths);
      const siblings = kept.filter((one) => one.distributionId === batch.distributionId);
      const known = siblings.find((one) => one.callerReference === batch.callerReference);
      if (known !== undefined) return sameBatch(known, batch);
      checkQuota(siblings, batch.paths);
      const invalidation: LocalInvalidation = {
        ...batch,
        id: `I${String(kept.length + 1).padStart(13, '0')}`,
        createdAtMs: Date.now(),
        status: 'InProgress',
      };
      kept.push(invalidation);
      complete(invalidation).catch((error: unknown) => {
        // Never completed then, which is what a caller has to be able to live with.
        if (!deps.signal.aborted) deps.onError(error);
      });
      return invalidation;
    },
    find: (distributionId, id) =>
      kept.find((one) => one.distributionId === distributionId && one.id === id),
    list: () => kept,
  };
}

function sameBatch(known: LocalInvalidation, batch: Batch): LocalInvalidation {
  const paths = new Set(known.paths);
  if (batch.paths.length === paths.size && batch.paths.every((path) => paths.has(path)))
    return known;
  throw new WireError(
    400,
    'InvalidationBatchAlreadyExists',
    `Invalidation batch specified already exists: "${batch.callerReference}"`,
  );
}

function checkQuota(siblings: readonly LocalInvalidation[], paths: readonly string[]): void {
  const running = siblings.filter((one) => one.status === 'InProgress').flatMap((one) => one.paths);
  const all = [...running, ...paths];
  const wildcards = all.filter(isWildcard).length;
  if (wildcards > MOST_WILDCARDS || all.length - wildcards > MOST_PATHS) {
    throw new WireError(
      400,
      'TooManyInvalidationsInProgress',
      'Processing your request will cause you to exceed the maximum number of in-progress wildcard invalidations, or of in-progress invalidations.',
    );
  }
}
