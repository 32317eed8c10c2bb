import { markFieldLines } from './field-lines.ts';
import { HeaderFields } from './header-fields.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

/** The status line and the header fields of one answer. */
export type ResponseHead = {
  readonly status: number;
  /** 0 or 1 of HTTP/1.x. */
  readonly minorVersion: number;
  readonly fields: HeaderFields;
};

/** RFC 9112 §4. The space after the status is required even when the reason is empty. */
const STATUS_LINE = /^HTTP\/1\.[01] [1-5][0-9]{2} [\t\x20-\x7e\x80-\xff]*\r\n/;

// Where the parts of a valid status line are: each has its fixed width.
const MINOR_VERSION_AT = 7;
const STATUS_AT = 9;

/**
 * Reads a head: `text` is the status line and the field lines, each with its CRLF, decoded as latin1
 * and without the empty line that ends the head.
 *
 * @throws ProtocolError when the status line or a field line breaks RFC 9112 §4 or §5, or when there
 * are more than 200 field lines.
 */
export function parseResponseHead(text: string): ResponseHead {
  const fieldsAt = text.indexOf('\n') + 1;
  if (!STATUS_LINE.test(text)) {
    throw new ProtocolError(
      `invalid status line ${quoteBytes(text.slice(0, fieldsAt))} (RFC 9112 §4)`,
    );
  }
  return {
    status: Number(text.slice(STATUS_AT, STATUS_AT + 3)),
    minorVersion: text[MINOR_VERSION_AT] === '1' ? 1 : 0,
    fields: new HeaderFields(text, markFieldLines(text, fieldsAt)),
  };
}
