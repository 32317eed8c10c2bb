import { nearestNames } from '../../domain/nearest-names.ts';

const FIELDS = ['req_id', 'DesiredCapacity', 'force_stop'] as const;
type Field = (typeof FIELDS)[number];

/** A body with more fields than this is none of ours; comparing their names would only cost time. */
const MAXIMUM_FIELDS = 100;
const MAXIMUM_WARNINGS = 10;
const MAXIMUM_NAME_CHARACTERS = 100;

const FIELD_OF_PLAIN_NAME: ReadonlyMap<string, Field> = new Map(
  FIELDS.map((field) => [plainName(field), field]),
);

/** Names that people use for a field and that no typing error explains. */
const SYNONYMS: ReadonlyMap<string, Field> = new Map([
  ['requestid', 'req_id'],
  ['capacity', 'DesiredCapacity'],
  ['instances', 'DesiredCapacity'],
  ['instancecount', 'DesiredCapacity'],
  ['stop', 'force_stop'],
]);

/**
 * Checks the field names of `POST /instances` by the rule of `POST /prewarm`: a near miss of a field
 * is a problem, since its value would be lost; any other unknown field is ignored with a warning.
 */
export function checkChangeFields(body: unknown): {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const names = isObject ? Object.keys(body) : [];
  if (names.length > MAXIMUM_FIELDS) {
    const rule = `must have at most ${MAXIMUM_FIELDS} fields; it has ${names.length}`;
    return { problems: [`the body: ${rule}`], warnings: [] };
  }
  const problems: string[] = [];
  const ignored: string[] = [];
  for (const name of names.filter((given) => !FIELDS.some((field) => field === given))) {
    const shown = name.slice(0, MAXIMUM_NAME_CHARACTERS);
    const meant = nearMissOf(name);
    if (meant === undefined) ignored.push(shown);
    else problems.push(`${shown}: is no field: did you mean ${meant}?`);
  }
  const warnings = ignored
    .slice(0, MAXIMUM_WARNINGS)
    .map((name) => `${JSON.stringify(name)} is no field of a change of instances and was ignored`);
  const rest = ignored.length - warnings.length;
  return {
    problems,
    warnings: rest === 0 ? warnings : [...warnings, `${rest} more unknown fields were ignored`],
  };
}

function nearMissOf(name: string): Field | undefined {
  const plain = plainName(name);
  const [nearest = ''] = nearestNames(plain, FIELD_OF_PLAIN_NAME.keys());
  return SYNONYMS.get(plain) ?? FIELD_OF_PLAIN_NAME.get(nearest);
}

/** `reqId`, `Req-ID` and `req_id` are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}
