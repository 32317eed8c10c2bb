import { randomBytes } from 'node:crypto';

const ID_BYTES = 40;
const id = randomBytes(ID_BYTES);
let count = 0;

/** A new X-Amz-Cf-Id: 56 characters of base64url with padding, as CloudFront's. */
export function nextRequestId(): string {
  count += 1;
  id.writeUInt32BE(count % 0x1_0000_0000, ID_BYTES - 4);
  return `${id.toString('base64url')}==`;
}
