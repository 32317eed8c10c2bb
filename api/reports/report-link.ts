import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a signed report link opens without the key. */
export const REPORT_LINK_SECONDS = 600;

/** Makes and checks report links that open without an API key until they expire. */
export type ReportLinks = {
  /** Absolute URL of a report, signed, valid for {@link REPORT_LINK_SECONDS}. */
  sign(path: string, nowMs: number): string;
  /** Whether a URL carries the signature of its own path and has not expired. */
  isValid(url: URL, nowMs: number): boolean;
};

/**
 * Report links signed by HMAC-SHA256 over path and expiry.
 *
 * @param publicUrl how callers reach the api, without a slash at the end.
 * @param signingKey the same on every api, so that any of them opens the link.
 */
export function createReportLinks(publicUrl: () => string, signingKey: string): ReportLinks {
  const signatureOf = (path: string, expires: string) =>
    createHmac('sha256', signingKey).update(`${path}\n${expires}`).digest();
  return {
    sign: (path, nowMs) => {
      const expires = String(Math.floor(nowMs / 1000) + REPORT_LINK_SECONDS);
      const signature = signatureOf(path, expires).toString('base64url');
      return `${publicUrl()}${path}?expires=${expires}&signature=${signature}`;
    },
    isValid: (url, nowMs) => {
      const expires = url.searchParams.get('expires') ?? '';
      const given = Buffer.from(url.searchParams.get('signature') ?? '', 'base64url');
      if (!/^\d{1,12}$/.test(expires)) return false;
      const signature = signatureOf(url.pathname, expires);
      const isSigned = given.length === signature.length && timingSafeEqual(given, signature);
      return isSigned && Number(expires) * 1000 >= nowMs;
    },
  };
}
