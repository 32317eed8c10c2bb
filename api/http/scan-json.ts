/**
 * Where a text stops being JSON, and which line comments it holds.
 *
 * JSON.parse tells a position in some messages and versions of V8 only, so the place is found
 * here, after it has failed. The grammar is RFC 8259's.
 */

/** Deepest nesting of a request body; the contract's own bodies have two levels. */
export const MAXIMUM_JSON_DEPTH = 100;

/** The first fault of a text that should be JSON. Lines and columns count from 1, in characters. */
export type JsonFault = {
  readonly line: number;
  readonly column: number;
  /** What the grammar allows there. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;
};

/** What {@link scanJson} finds. */
export type JsonScan = {
  /** Undefined when the text without its comments is JSON. */
  readonly fault: JsonFault | undefined;
  /** Ranges of `//` comments, ascending. */
  readonly comments: readonly (readonly [from: number, to: number])[];
};

const WHITE_SPACE = /[ \t\n\r]*/y;
const COMMENT = /\/\/[^\n]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- RFC 8259 section 7 forbids exactly these in strings
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type State = 'value' | 'first item' | 'first name' | 'name' | 'colon' | 'after value';
type Container = '{' | '[';
type Scanner = {
  readonly text: string;
  readonly containers: Container[];
  readonly comments: [from: number, to: number][];
  at: number;
};

/** Finds the first fault and the comments of a text. */
export function scanJson(text: string): JsonScan {
  const scanner: Scanner = { text, containers: [], comments: [], at: 0 };
  const { containers, comments } = scanner;
  let state: State = 'value';
  for (;;) {
    skipSpace(scanner);
    const next = step(scanner, state);
    if (next === 'end') return { fault: undefined, comments };
    if (next === undefined || containers.length > MAXIMUM_JSON_DEPTH) {
      return { fault: describe(scanner, expectedIn(state, containers)), comments };
    }
    state = next;
  }
}

function skipSpace(scanner: Scanner): void {
  for (;;) {
    skip(scanner, WHITE_SPACE);
    const from = scanner.at;
    if (skip(scanner, COMMENT) === 0) return;
    scanner.comments.push([from, scanner.at]);
  }
}

/** Reads one token; undefined when the grammar does not allow it, with the scanner at its place. */
function step(scanner: Scanner, state: State): State | 'end' | undefined {
  const character = scanner.text[scanner.at];
  switch (state) {
    case 'first item':
      return character === ']' ? close(scanner) : readValue(scanner);
    case 'value':
      return readValue(scanner);
    case 'first name':
      if (character === '}') return close(scanner);
      return readString(scanner) ? 'colon' : undefined;
    case 'name':
      return readString(scanner) ? 'colon' : undefined;
    case 'colon':
      return take(scanner, ':') ? 'value' : undefined;
    default:
      return readAfterValue(scanner);
  }
}

function readAfterValue(scanner: Scanner): State | 'end' | undefined {
  const character = scanner.text[scanner.at];
  const top = scanner.containers.at(-1);
  if (top === undefined) return character === undefined ? 'end' : undefined;
  if (character === (top === '{' ? '}' : ']')) return close(scanner);
  if (!take(scanner, ',')) return undefined;
  return top === '{' ? 'name' : 'value';
}

function readValue(scanner: Scanner): State | undefined {
  const character = scanner.text[scanner.at];
  if (character === '{' || character === '[') {
    scanner.containers.push(character);
    scanner.at += 1;
    return character === '{' ? 'first name' : 'first item';
  }
  if (character === '"') return readString(scanner) ? 'after value' : undefined;
  return skip(scanner, SCALAR) > 0 ? 'after value' : undefined;
}

function readString(scanner: Scanner): boolean {
  if (!take(scanner, '"')) return false;
  do skip(scanner, PLAIN_CHARACTERS);
  while (skip(scanner, ESCAPE) > 0);
  return take(scanner, '"');
}

function close(scanner: Scanner): State {
  scanner.containers.pop();
  scanner.at += 1;
  return 'after value';
}

function take(scanner: Scanner, character: string): boolean {
  if (scanner.text[scanner.at] !== character) return false;
  scanner.at += 1;
  return true;
}

/** Moves past what the sticky pattern matches; the characters moved. */
function skip(scanner: Scanner, pattern: RegExp): number {
  pattern.lastIndex = scanner.at;
  if (!pattern.test(scanner.text)) return 0;
  const length = pattern.lastIndex - scanner.at;
  scanner.at = pattern.lastIndex;
  return length;
}

const EXPECTED: Readonly<Record<Exclude<State, 'after value'>, string>> = {
  value: 'a value',
  'first item': 'a value or ]',
  'first name': 'a field name in double quotes or }',
  name: 'a field name in double quotes',
  colon: 'a colon',
};

function expectedIn(state: State, containers: readonly Container[]): string {
  if (containers.length > MAXIMUM_JSON_DEPTH) return `at most ${MAXIMUM_JSON_DEPTH} levels`;
  if (state !== 'after value') return EXPECTED[state];
  if (containers.length === 0) return 'the end';
  return containers.at(-1) === '{' ? 'a comma or }' : 'a comma or ]';
}

function describe({ text, at }: Scanner, expected: string): JsonFault {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  const found = at >= text.length ? 'the end of the body' : JSON.stringify(text.slice(at, at + 12));
  return { line, column, expected, found };
}
