/** The caller's own header lines: `header` of a prewarm request. */

import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import type { HeaderLine } from './header-line.ts';

/** A header line as callers write it: `Name: value`, or its two parts. */
export type WrittenHeader = string | { readonly name: string; readonly value: string };

/** CloudFront takes 20,480 bytes of headers and URL; half of it is left to the URL and its own. */
const MAXIMUM_HEADER_BYTES = 10_240;

/** RFC 9110 section 5.6.2: a field name is a token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110 section 5.5, without the obsolete bytes above ASCII. */
const VALUE = /^[\t\u0020-\u007e]*$/;

const OF_THE_CONNECTION = 'it belongs to the connection, which the fetch worker keeps';
const OF_A_BODY = 'a fetch is a GET and has no body';
const OF_A_PART = 'a fetch has to get the whole object';

/** Lines that a fetch needs for itself, with the reason that callers are told. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['host', "a fetch always sends the URL's own host"],
  ['connection', OF_THE_CONNECTION],
  ['keep-alive', OF_THE_CONNECTION],
  ['proxy-connection', OF_THE_CONNECTION],
  ['te', OF_THE_CONNECTION],
  ['trailer', OF_THE_CONNECTION],
  ['upgrade', OF_THE_CONNECTION],
  ['content-length', OF_A_BODY],
  ['transfer-encoding', OF_A_BODY],
  ['expect', OF_A_BODY],
  ['range', OF_A_PART],
]);

/** Reads header lines. Problems name the header, never its value. */
export function parseHeaderLines(written: readonly WrittenHeader[]): {
  readonly headers: readonly HeaderLine[];
  readonly problems: readonly Problem[];
} {
  const headers: HeaderLine[] = [];
  const problems: Problem[] = [];
  let bytes = 0;
  for (const [index, line] of written.entries()) {
    const { name, value } = splitLine(line);
    const rule = ruleBrokenBy(name, value);
    if (rule === undefined) headers.push({ name, value: value.trim() });
    else problems.push(problemOf({ field: `header[${index}]`, rule }));
    bytes += name.length + value.length;
  }
  if (bytes > MAXIMUM_HEADER_BYTES) {
    const rule = `must have at most ${MAXIMUM_HEADER_BYTES} bytes in all; it has ${bytes}`;
    problems.push(problemOf({ field: 'header', rule }));
  }
  return { headers, problems };
}

function splitLine(line: WrittenHeader): HeaderLine {
  if (typeof line !== 'string') return line;
  const colon = line.indexOf(':');
  return colon === -1
    ? { name: '', value: '' }
    : { name: line.slice(0, colon), value: line.slice(colon + 1) };
}

function ruleBrokenBy(name: string, value: string): string | undefined {
  if (name === '') return 'must be "Name: value"';
  if (!TOKEN.test(name)) return 'must begin with a header name of letters, digits and hyphens';
  const lowerCase = name.toLowerCase();
  const reason = lowerCase.startsWith('if-') ? OF_A_PART : REFUSED.get(lowerCase);
  if (reason !== undefined) return `must not be ${name}: ${reason}`;
  if (!VALUE.test(value))
    return `must have a value of printable ASCII without line breaks (${name})`;
  return undefined;
}
