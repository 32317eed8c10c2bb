/** A rule that a request breaks, told so that its caller can mend it. */
export type Problem = {
  /** Where: `timeout`, `url_list[3]`. */
  readonly field: string;
  /** What is allowed, as the end of a sentence about the field. */
  readonly rule: string;
  /** What was given, shortened; empty for a missing field and for header values. */
  readonly value: string;
  /** Field, rule and value as one sentence. */
  readonly message: string;
  /** `too_large` is HTTP 413, all else 400. */
  readonly kind: 'invalid' | 'too_large';
};

const MAXIMUM_VALUE_CHARACTERS = 100;

/** Makes a problem. `value` is quoted; undefined tells none. */
export function problemOf(facts: {
  readonly field: string;
  readonly rule: string;
  readonly value?: unknown;
  readonly kind?: Problem['kind'];
}): Problem {
  const { field, rule, kind = 'invalid' } = facts;
  const value = quote(facts.value);
  const message = value === '' ? `${field} ${rule}` : `${field} ${rule}; it is ${value}`;
  return { field, rule, value, message, kind };
}

/** Lists and objects are named, not shown: they may be large, and nested without end. */
function quote(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value) ?? typeof value;
}

function shorten(text: string): string {
  return text.length > MAXIMUM_VALUE_CHARACTERS
    ? `${text.slice(0, MAXIMUM_VALUE_CHARACTERS)}…`
    : text;
}
