import { ProtocolError, quoteBytes } from './protocol-error.ts';
import type { ResponseHead } from './response-head.ts';

/** How a body ends: there is none, after stated bytes, by chunks, or with the connection. */
export type BodyFraming =
  | { readonly kind: 'none'; readonly statedBytes: number | undefined }
  | { readonly kind: 'sized'; readonly statedBytes: number }
  | { readonly kind: 'chunked' | 'close'; readonly statedBytes: undefined };

const DIGITS = /^[0-9]+$/;

/**
 * Decides how the body of an answer is framed (RFC 9112 §6.3), and refuses what two readers could
 * frame in two ways, as request smuggling does: Transfer-Encoding next to Content-Length, a repeated
 * or listed Content-Length (RFC 9110 §8.6 lets a recipient refuse even equal ones), any transfer
 * coding but a single `chunked`, Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1).
 *
 * @throws ProtocolError when the framing is ambiguous or malformed.
 */
export function frameBody(head: ResponseHead, method: 'GET' | 'HEAD'): BodyFraming {
  const codings = head.fields.get('transfer-encoding');
  const statedBytes = contentLength(head.fields.get('content-length'));
  if (codings !== undefined) checkTransferEncoding(codings, statedBytes, head.minorVersion);
  if (method === 'HEAD' || head.status === 204 || head.status === 304) {
    return { kind: 'none', statedBytes };
  }
  if (codings !== undefined) return { kind: 'chunked', statedBytes: undefined };
  if (statedBytes !== undefined) return { kind: 'sized', statedBytes };
  return { kind: 'close', statedBytes: undefined };
}

/** RFC 9112 §9.3: whether the connection may serve another request after this answer. */
export function keepsConnection(head: ResponseHead): boolean {
  const options = head.fields.get('connection');
  if (options === undefined) return head.minorVersion === 1;
  if (options.length === 1 && options[0] === 'keep-alive') return true;
  const tokens = options.flatMap((value) => value.toLowerCase().split(/[\t ]*,[\t ]*/));
  if (tokens.includes('close')) return false;
  return head.minorVersion === 1 || tokens.includes('keep-alive');
}

function contentLength(values: readonly string[] | undefined): number | undefined {
  if (values === undefined) return undefined;
  const [value = ''] = values;
  const bytes = Number(value);
  if (values.length > 1 || !DIGITS.test(value) || bytes > Number.MAX_SAFE_INTEGER) {
    throw new ProtocolError(
      `invalid Content-Length ${quoteBytes(values.join(', '))} (RFC 9110 §8.6)`,
    );
  }
  return bytes;
}

function checkTransferEncoding(
  codings: readonly string[],
  statedBytes: number | undefined,
  minorVersion: number,
): void {
  if (statedBytes !== undefined) {
    throw new ProtocolError('both Transfer-Encoding and Content-Length (RFC 9112 §6.3)');
  }
  if (minorVersion === 0) throw new ProtocolError('Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)');
  if (codings.length !== 1 || codings[0]?.toLowerCase() !== 'chunked') {
    const value = quoteBytes(codings.join(', '));
    throw new ProtocolError(`Transfer-Encoding ${value} is not "chunked" (RFC 9112 §6.1)`);
  }
}
