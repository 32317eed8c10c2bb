import type { IncomingHttpHeaders } from 'node:http';
import { WireError } from './wire-error.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[\w/+=.@-]{3,128}?)\/(?<day>\d{8})\/(?<region>[a-z0-9-]+)\/(?<service>[a-z]+)\/aws4_request, ?SignedHeaders=(?<signed>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** AWS accepts signatures of the last 15 minutes (General Reference, "Signature Version 4"). */
const MOST_SKEW_MS = 15 * 60_000;

/** Who signed a call, and for which region. */
export type Signer = { readonly accessKeyId: string; readonly region: string };

/**
 * Checks that a call carries a well-formed, current Signature Version 4. The signature itself is not
 * recomputed: nobody's secret is known here.
 *
 * @throws WireError as AWS answers a missing, malformed or old signature.
 */
export function checkSignature(
  headers: IncomingHttpHeaders,
  service: 'cloudfront' | 'autoscaling',
  nowMs: number,
): Signer {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new WireError(
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    );
  }
  const parts = AUTHORIZATION.exec(authorization)?.groups;
  const { key, day, region, signed } = parts ?? {};
  if (parts === undefined || key === undefined || region === undefined) {
    throw new WireError(400, 'IncompleteSignature', 'Authorization header is malformed');
  }
  if (parts['service'] !== service) {
    throw new WireError(
      403,
      'SignatureDoesNotMatch',
      `Credential should be scoped to correct service: '${service}'.`,
    );
  }
  const signedHeaders = new Set(signed?.split(';'));
  if (!signedHeaders.has('host') || !signedHeaders.has('x-amz-date')) {
    throw new WireError(
      403,
      'SignatureDoesNotMatch',
      "'host' and 'x-amz-date' must be signed headers",
    );
  }
  checkDate(String(headers['x-amz-date']), day ?? '', nowMs);
  return { accessKeyId: key, region };
}

function checkDate(date: string, day: string, nowMs: number): void {
  const [, year, month, dayOfMonth, hour, minute, second] = AMZ_DATE.exec(date) ?? [];
  const atMs = Date.parse(`${year}-${month}-${dayOfMonth}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(atMs) || !date.startsWith(day)) {
    throw new WireError(
      400,
      'IncompleteSignature',
      'Date in Credential scope does not match X-Amz-Date',
    );
  }
  if (Math.abs(nowMs - atMs) > MOST_SKEW_MS) {
    throw new WireError(
      403,
      'SignatureDoesNotMatch',
      `Signature expired: ${date} is too far from now`,
    );
  }
}
