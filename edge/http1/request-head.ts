import type { EngineRequest } from '../engine.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

/** RFC 9110 §5.6.2: what a header name may consist of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 §5.5, narrowed to ASCII: CR, LF, NUL and other control characters would forge lines. */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * RFC 9112 §3.2.1: no blank and no control character may split the request line, and a fragment is
 * no part of it.
 */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

/** Set by the engine, or meaningless without a body to send. */
const RESERVED_NAMES = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

/**
 * Writes the bytes of a GET or HEAD as ASCII: request line, Host, the caller's headers. The
 * connection is persistent because HTTP/1.1 says so (RFC 9112 §9.3), without a Connection header.
 *
 * @throws ProtocolError when a header name or value could break the request apart, or names a header
 * that is the engine's own.
 */
export function writeRequestHead({ url, method, headers }: EngineRequest): string {
  const last = url.lastHead;
  if (last?.headers === headers && last.method === method) return last.text;
  const { path, origin } = url;
  if (!TARGET.test(path)) {
    const [withoutQuery = ''] = path.split('?');
    throw new ProtocolError(`invalid path or query string, of ${quoteBytes(withoutQuery)}`);
  }
  const text = `${method} ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fieldLines(headers)}\r\n`;
  url.lastHead = { method, headers, text };
  return text;
}

/** Checked lines by their list: thousands of requests share one. */
const FIELD_LINES = new WeakMap<EngineRequest['headers'], string>();

function fieldLines(headers: EngineRequest['headers']): string {
  const known = FIELD_LINES.get(headers);
  if (known !== undefined) return known;
  let lines = '';
  for (const [name, value] of headers) {
    checkField(name, value);
    lines += `${name}: ${value}\r\n`;
  }
  FIELD_LINES.set(headers, lines);
  return lines;
}

function checkField(name: string, value: string): void {
  if (!TOKEN.test(name)) throw new ProtocolError(`invalid header name ${quoteBytes(name)}`);
  if (RESERVED_NAMES.has(name.toLowerCase())) {
    throw new ProtocolError(`header ${quoteBytes(name)} is set by the engine: leave it out`);
  }
  if (!FIELD_VALUE.test(value)) {
    throw new ProtocolError(`header ${quoteBytes(name)} has a value that is not visible ASCII`);
  }
}
