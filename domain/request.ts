/**
 * The door: a JSON value becomes a prewarm request within every limit, or a list of all that is wrong
 * with it.
 */

import { Door } from './door.ts';
import { checkFieldNames } from './field-names.ts';
import type { PrewarmInput } from './prewarm.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import { MAXIMUM_POPS, MAXIMUM_URLS, prewarmRequestSchema } from './request-schema.ts';
import { readSettings, readTargets } from './request-settings.ts';
import { checkInvalidation, checkUrls } from './request-urls.ts';
import type { CheckedUrls } from './request-urls.ts';

export type { Problem } from './problem.ts';
export { prewarmRequestSchema } from './request-schema.ts';

const MAXIMUM_TASKS = 2_000_000;
const MAXIMUM_PROBLEMS = 100;
/** What the door has to know of the installation. */
export type DoorContext = {
  readonly acceptedAtMs: number;
  /** `MAX_INSTANCES`. */
  readonly maximumInstances: number;
  /** `MAX_INVALIDATION_PATHS`. */
  readonly maximumInvalidationPaths: number;
  /** `EDGE_DNS_SUFFIX`. */
  readonly dnsSuffix: string;
};

/** What the door says. */
export type ParsedRequest =
  | { readonly ok: true; readonly input: PrewarmInput }
  | {
      readonly ok: false;
      /** At least one; the first hundred, and one that counts the rest. */
      readonly problems: readonly Problem[];
      /** Bad URLs as written. */
      readonly errorUrls: readonly string[];
    };

/** Reads the body of `POST /prewarm`. Takes any JSON value, and never throws. */
export function parsePrewarmRequest(json: unknown, context: DoorContext): ParsedRequest {
  if (!isRecord(json)) {
    const rule = 'must be a JSON object';
    return {
      ok: false,
      problems: [problemOf({ field: 'the body', rule, value: json })],
      errorUrls: [],
    };
  }
  const fieldNames = checkFieldNames(Object.keys(json), Object.keys(prewarmRequestSchema.shape));
  const door = new Door(json);
  door.problems.push(...fieldNames.problems);
  door.warnings.push(...fieldNames.warnings);

  const settings = readSettings(door, context.maximumInstances);
  const urls = readUrls(door, settings.needInvalidate);
  if (settings.needInvalidate) {
    door.problems.push(...checkInvalidation(urls.urls, context.maximumInvalidationPaths));
  }
  const targets = readTargets(door, context.dnsSuffix);
  door.problems.push(...checkSize(urls.urls.length, targets.pops.length));

  if (door.problems.length > 0) {
    return { ok: false, problems: bounded(door.problems), errorUrls: urls.errorUrls };
  }
  return {
    ok: true,
    input: {
      acceptedAtMs: context.acceptedAtMs,
      ...settings,
      urls: urls.urls,
      pops: targets.pops,
      refusedPops: targets.refusedPops,
      warnings: door.warnings,
    },
  };
}

function readUrls(door: Door, needInvalidate: boolean): CheckedUrls {
  const none = { urls: [], problems: [], errorUrls: [], warnings: [] };
  const written = door.raw('url_list');
  if (!Array.isArray(written)) {
    const rule = written === undefined ? 'is required: a list of URLs' : 'must be a list of URLs';
    door.refuse('url_list', rule, written);
    return none;
  }
  const list: readonly unknown[] = written;
  if (list.length === 0) door.refuse('url_list', 'must name at least one URL');
  if (list.length > MAXIMUM_URLS) {
    const rule = `must have at most ${MAXIMUM_URLS} URLs; it has ${list.length}. Split the request`;
    door.problems.push(problemOf({ field: 'url_list', rule, kind: 'too_large' }));
    return none;
  }
  const checked = checkUrls(list, needInvalidate);
  door.problems.push(...checked.problems);
  door.warnings.push(...checked.warnings);
  return checked;
}

function checkSize(urls: number, pops: number): readonly Problem[] {
  const problems: Problem[] = [];
  if (pops > MAXIMUM_POPS) {
    const rule = `come to ${pops}; at most ${MAXIMUM_POPS} are allowed. Split the request`;
    problems.push(problemOf({ field: 'the POPs of the request', rule }));
  }
  if (urls * pops > MAXIMUM_TASKS) {
    const rule =
      `come to ${urls * pops} (${urls} URLs × ${pops} POPs); at most ${MAXIMUM_TASKS} are allowed. ` +
      `Split the request: ${Math.floor(MAXIMUM_TASKS / pops)} URLs fit ${pops} POPs`;
    problems.push(problemOf({ field: 'the fetch tasks of the request', rule, kind: 'too_large' }));
  }
  return problems;
}

function bounded(problems: readonly Problem[]): readonly Problem[] {
  const rest = problems.length - MAXIMUM_PROBLEMS;
  if (rest <= 0) return problems;
  const isTooLarge = problems.some(({ kind }) => kind === 'too_large');
  const more = problemOf({
    field: 'the body',
    rule: `has ${rest} more problems`,
    kind: isTooLarge ? 'too_large' : 'invalid',
  });
  return [...problems.slice(0, MAXIMUM_PROBLEMS), more];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
