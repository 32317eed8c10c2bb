import { HeaderFields } from './header-fields.ts';
import { MAXIMUM_FIELD_LINES } from './limits.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

/** The status line and the header fields of one answer. */
export type ResponseHead = {
  readonly status: number;
  /** 0 or 1 of HTTP/1.x. */
  readonly minorVersion: number;
  readonly fields: HeaderFields;
};

/** RFC 9112 §4. The space after the status is required even when the reason is empty. */
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*$/;

/**
 * RFC 9110 §5.1 and §5.5, RFC 9112 §5: a token, a colon directly after it, and a value without
 * control characters. So white space before the colon, line folding (obs-fold), NUL, a bare CR and
 * a bare LF never match.
 */
const FIELD_LINES = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/**
 * Reads a head: `text` is the status line and the field lines, each with its CRLF, decoded as latin1
 * and without the empty line that ends the head.
 *
 * @throws ProtocolError when the status line or a field line breaks RFC 9112 §4 or §5, or when there
 * are more than 200 field lines.
 */
export function parseResponseHead(text: string): ResponseHead {
  const statusEnd = text.indexOf('\r\n');
  const statusLine = text.slice(0, statusEnd);
  const match = STATUS_LINE.exec(statusLine);
  if (match === null) {
    throw new ProtocolError(`invalid status line ${quoteBytes(statusLine)} (RFC 9112 §4)`);
  }
  return {
    status: Number(match[2]),
    minorVersion: match[1] === '1' ? 1 : 0,
    fields: new HeaderFields(parseFieldLines(text.slice(statusEnd + 2))),
  };
}

/**
 * Reads header or trailer lines into name, value, name, value, …; names in lower case.
 *
 * @throws ProtocolError as {@link parseResponseHead}.
 */
export function parseFieldLines(text: string): string[] {
  if (!FIELD_LINES.test(text)) throw new ProtocolError(describeBadLine(text));
  const flat: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\r\n', start);
    const colon = text.indexOf(':', start);
    flat.push(text.slice(start, colon).toLowerCase(), trimBlanks(text, colon + 1, end));
    if (flat.length > 2 * MAXIMUM_FIELD_LINES) {
      throw new ProtocolError(`more than ${MAXIMUM_FIELD_LINES} header lines`);
    }
    start = end + 2;
  }
  return flat;
}

/** RFC 9112 §5: optional blanks (SP, HTAB) around a value are no part of it. */
function trimBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function describeBadLine(text: string): string {
  const line = text.split('\r\n').find((candidate) => !FIELD_LINES.test(`${candidate}\r\n`)) ?? '';
  const rule = /^[\t ]/.test(line)
    ? 'a folded line (RFC 9112 §5.2)'
    : '(RFC 9110 §5.5, RFC 9112 §5)';
  return `invalid header line ${quoteBytes(line)} ${rule}`;
}
