import type { Server } from 'node:http';
import { formatTimestamp } from '../../domain/timestamp.ts';

/** What Node's parser reports, and how it is answered; anything else is a malformed request. */
const ANSWERS: Readonly<Record<string, { readonly status: string; readonly message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    message: 'The request line and header fields are larger than 16 KiB',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    message: 'The request came too slowly',
  },
};

const MALFORMED = {
  status: '400 Bad Request',
  message: 'The request is not valid HTTP (RFC 9112)',
};

/**
 * Answers calls that never become one, since their HTTP is malformed or too slow, with the error
 * body that every other refusal has, and closes their connection.
 */
export function answerClientErrors(server: Server, now: () => number): void {
  server.on('clientError', (error, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const code = 'code' in error ? String(error.code) : '';
    const { status, message } = ANSWERS[code] ?? MALFORMED;
    const timestamp = formatTimestamp(now());
    const body = JSON.stringify({ status: 'Failed', error_message: message, timestamp });
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
