import { MAXIMUM_FIELD_LINES } from './limits.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

const NAME = 1;
const VALUE = 2;
/** What each latin1 character may be part of: RFC 9110 §5.6.2 for names, §5.5 for values. */
const CHARACTER_USES = new Uint8Array(256).map((_, code) => {
  const character = String.fromCharCode(code);
  const inName = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(character) ? NAME : 0;
  const inValue = /[\t\x20-\x7e\x80-\xff]/.test(character) ? VALUE : 0;
  return inName | inValue;
});

/**
 * Checks header or trailer lines, each with its CRLF, and marks where they are: for each line its
 * start, its colon and its end. One pass, no string made.
 *
 * RFC 9110 §5.1 and §5.5, RFC 9112 §5: a token, a colon directly after it, a value without control
 * characters. So white space before the colon, line folding, NUL, a bare CR and a bare LF are
 * refused.
 *
 * @throws ProtocolError at the first bad line, and past 200 lines.
 */
export function markFieldLines(text: string, from: number): number[] {
  const marks: number[] = [];
  let start = from;
  while (start < text.length) {
    const colon = skip(text, start, NAME);
    const end = skip(text, colon + 1, VALUE);
    const isName = colon > start && text.charCodeAt(colon) === COLON;
    if (!isName || text.charCodeAt(end) !== CR || text.charCodeAt(end + 1) !== LF) {
      throw new ProtocolError(describeBadLine(text, start));
    }
    marks.push(start, colon, end);
    start = end + 2;
  }
  if (marks.length > 3 * MAXIMUM_FIELD_LINES) {
    throw new ProtocolError(`more than ${MAXIMUM_FIELD_LINES} header lines`);
  }
  return marks;
}

function skip(text: string, from: number, use: number): number {
  let position = from;
  while (((CHARACTER_USES[text.charCodeAt(position)] ?? 0) & use) !== 0) position += 1;
  return position;
}

function describeBadLine(text: string, start: number): string {
  const end = text.indexOf('\r\n', start);
  const line = text.slice(start, end === -1 ? undefined : end);
  const isFolded = /^[\t ]/.test(line);
  const rule = isFolded ? 'a folded line (RFC 9112 §5.2)' : 'RFC 9110 §5.5, RFC 9112 §5';
  return `invalid header line ${quoteBytes(line)}: ${rule}`;
}
