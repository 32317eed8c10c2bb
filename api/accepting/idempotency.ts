import { createHash, randomUUID } from 'node:crypto';
import { ApiError } from '../http/api-error.ts';

const WELL_FORMED = /^[\x21-\x7e]{1,255}$/;

/** Which request a call means: a new one each time, or always the same for the same key. */
export type RequestIdentity = {
  readonly requestId: string;
  /** SHA-256 of the body in hex, by which a replay is told from a misuse; undefined without a key. */
  readonly bodyHash: string | undefined;
};

/** What an identity is made of. */
export type IdentityParts = {
  /** `Idempotency-Key` as it came; undefined when it did not. */
  readonly idempotencyKey: string | undefined;
  /** Name of the API key: two callers' keys never meet. */
  readonly keyName: string;
  readonly body: Uint8Array;
};

/**
 * The request id of a call: random, or derived from the caller and its Idempotency-Key
 * (draft-ietf-httpapi-idempotency-key-header), so that any api gives the same one at any time.
 *
 * @throws ApiError 400 when the key is no 1 to 255 printable ASCII characters.
 */
export function identifyRequest({ idempotencyKey, keyName, body }: IdentityParts): RequestIdentity {
  if (idempotencyKey === undefined) return { requestId: randomUUID(), bodyHash: undefined };
  if (!WELL_FORMED.test(idempotencyKey)) {
    const message = `Header Idempotency-Key must be 1 to 255 printable ASCII characters without spaces; it has ${idempotencyKey.length}`;
    throw new ApiError(400, message);
  }
  const digest = createHash('sha256').update(`${keyName}\n${idempotencyKey}`).digest();
  return {
    requestId: toUuid(digest),
    bodyHash: createHash('sha256').update(body).digest('hex'),
  };
}

/** RFC 9562 version 8 (vendor-specific) of the digest's first 16 bytes. */
function toUuid(digest: Buffer): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
