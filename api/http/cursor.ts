import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.ts';

const SIGNATURE_BYTES = 16;

/** Makes page tokens of Temporal safe to hand out: only what was sealed for a list opens it. */
export type Cursors = {
  /** Empty for an empty token: the last page. */
  seal(list: string, pageToken: Uint8Array): string;
  /**
   * The page token in a cursor.
   *
   * @throws ApiError 400 when the cursor was made for another list, or by nobody.
   */
  open(list: string, cursor: string): Uint8Array;
};

/** Cursors signed by HMAC-SHA256 (16 bytes of it) over the list's query and the token. */
export function createCursors(signingKey: string): Cursors {
  const signatureOf = (list: string, pageToken: Uint8Array) =>
    createHmac('sha256', signingKey)
      .update(`${list}\n`)
      .update(pageToken)
      .digest()
      .subarray(0, SIGNATURE_BYTES);
  return {
    seal: (list, pageToken) => {
      if (pageToken.length === 0) return '';
      return Buffer.concat([signatureOf(list, pageToken), pageToken]).toString('base64url');
    },
    open: (list, cursor) => {
      if (cursor === '') return new Uint8Array();
      const bytes = Buffer.from(cursor, 'base64url');
      const signature = bytes.subarray(0, SIGNATURE_BYTES);
      const pageToken = bytes.subarray(SIGNATURE_BYTES);
      if (
        signature.length !== SIGNATURE_BYTES ||
        !timingSafeEqual(signature, signatureOf(list, pageToken))
      ) {
        const message =
          'cursor: must be the next_cursor of a page with the same status, domain and limit';
        throw new ApiError(400, message);
      }
      return pageToken;
    },
  };
}
