import { MAXIMUM_FIELD_LINES } from './limits.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

/**
 * RFC 9110 §5.1 and §5.5, RFC 9112 §5: a token, a colon directly after it, a value without control
 * characters, CRLF. So white space before the colon, line folding, NUL, a bare CR and a bare LF never
 * match.
 */
const FIELD_LINES = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/y;

/**
 * Checks header or trailer lines, each with its CRLF, and says where each begins. The last number is
 * where the lines end.
 *
 * @throws ProtocolError at a bad line, and past 200 lines.
 */
export function markFieldLines(text: string, from: number): number[] {
  FIELD_LINES.lastIndex = from;
  if (!FIELD_LINES.test(text)) throw new ProtocolError(describeBadLine(text, from));
  const starts = [from];
  for (let start = from; start < text.length;) {
    start = text.indexOf('\n', start) + 1;
    starts.push(start);
  }
  if (starts.length - 1 > MAXIMUM_FIELD_LINES) {
    throw new ProtocolError(`more than ${MAXIMUM_FIELD_LINES} header lines`);
  }
  return starts;
}

function describeBadLine(text: string, from: number): string {
  const lines = text.slice(from).split('\r\n');
  const bad = lines.find((line) => !isFieldLine(line)) ?? '';
  const isFolded = /^[\t ]/.test(bad);
  const rule = isFolded ? 'a folded line (RFC 9112 §5.2)' : 'RFC 9110 §5.5, RFC 9112 §5';
  return `invalid header line ${quoteBytes(bad)}: ${rule}`;
}

function isFieldLine(line: string): boolean {
  FIELD_LINES.lastIndex = 0;
  return FIELD_LINES.test(`${line}\r\n`);
}
