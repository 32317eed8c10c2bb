import { WireError } from './wire-error.ts';

/** Quotas of one distribution (CloudFront Developer Guide, "Concurrent invalidation request maximum"). */
export const MOST_PATHS = 3_000;
export const MOST_WILDCARDS = 15;
const MOST_CHARACTERS = 4_000;

/** What RFC 3986 allows unescaped in a path and query, and a `%` that starts an escape. */
const SAFE = /^(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$/;

/**
 * Checks the paths of a batch.
 *
 * @throws WireError `BatchTooLarge` or `InvalidArgument`.
 */
export function checkPaths(paths: readonly string[]): void {
  if (paths.length > MOST_PATHS) {
    throw new WireError(
      413,
      'BatchTooLarge',
      `Your request contains more than ${MOST_PATHS} paths.`,
    );
  }
  if (paths.length === 0) throw invalid('an empty list of paths');
  if (new Set(paths).size !== paths.length) throw invalid('duplicate paths');
  for (const path of paths) checkPath(path);
}

/** Whether a path stands for all that begin like it. */
export function isWildcard(path: string): boolean {
  return path.endsWith('*');
}

function checkPath(path: string): void {
  if (!path.startsWith('/')) throw invalid(`the path "${path}", which does not start with /`);
  if (path.length > MOST_CHARACTERS) throw invalid(`a path of ${path.length} characters`);
  if (/\*./.test(path)) throw invalid(`the path "${path}" with * before its end`);
  if (!SAFE.test(path))
    throw invalid(`the path "${path}" with characters that must be URL-encoded`);
}

function invalid(what: string): WireError {
  return new WireError(
    400,
    'InvalidArgument',
    `Your request contains one or more invalid invalidation paths: ${what}.`,
  );
}
