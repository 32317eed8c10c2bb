import { editDistance } from './nearest-names.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';

/** A body with more fields than this is none of ours; comparing their names would only cost time. */
const MAXIMUM_FIELDS = 100;
const MAXIMUM_WARNINGS = 10;
const SHORT_NAME = 5;
const MAXIMUM_NAME_CHARACTERS = 50;

/** Names that people use for a field and that no typing error explains. */
const SYNONYMS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    url: 'url_list',
    urls: 'url_list',
    domain: 'cf_domain',
    type: 'target_type',
    target: 'target_type',
    country: 'countries',
    instances: 'instance_count',
    desiredcapacity: 'instance_count',
    invalidate: 'need_invalidate',
  }),
);

/**
 * Checks the field names of a body: a near miss of a known field is a problem, since its value would
 * be lost; any other unknown field is ignored with a warning.
 */
export function checkFieldNames(
  names: readonly string[],
  known: readonly string[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly string[] } {
  const unknown = names.filter((name) => !known.includes(name));
  if (names.length > MAXIMUM_FIELDS) {
    const rule = `must have at most ${MAXIMUM_FIELDS} fields; it has ${names.length}`;
    return { problems: [problemOf({ field: 'the body', rule })], warnings: [] };
  }
  const problems: Problem[] = [];
  const ignored: string[] = [];
  for (const name of unknown) {
    const meant = nearMissOf(name, known);
    if (meant === undefined) ignored.push(name.slice(0, 100));
    else problems.push(problemOf({ field: name, rule: `is no field: did you mean ${meant}?` }));
  }
  const warnings = ignored
    .slice(0, MAXIMUM_WARNINGS)
    .map((name) => `${JSON.stringify(name)} is no field of a prewarm request and was ignored`);
  const rest = ignored.length - warnings.length;
  return {
    problems,
    warnings: rest === 0 ? warnings : [...warnings, `${rest} more unknown fields were ignored`],
  };
}

function nearMissOf(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAXIMUM_NAME_CHARACTERS) return undefined;
  const plain = plainName(name);
  const synonym = SYNONYMS.get(plain);
  if (synonym !== undefined) return synonym;
  const limit = plain.length <= SHORT_NAME ? 1 : 2;
  return known.find((field) => editDistance(plain, plainName(field)) <= limit);
}

/** `urlList`, `URL-List` and `url_list` are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}
