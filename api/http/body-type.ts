import { ApiError } from './api-error.ts';
import type { ApiContext } from './context.ts';

/** Why a connection can't be used again: its body was not read. */
const CLOSE = { connection: 'close' } as const;

const UTF_8 = String.raw`\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*`;
const JSON_TYPE = new RegExp(`^application/json${UTF_8}$`, 'i');
/** What programs send that name no type of their own: curl's `--data`, `fetch` with a string. */
const UNNAMED_TYPE = new RegExp(
  `^(?:|(?:text/plain|application/x-www-form-urlencoded)${UTF_8})$`,
  'i',
);

/**
 * Refuses a body that can't be JSON, and one that a browser sent without asking.
 *
 * No type, `text/plain` and form types are what old callers send, so they pass. A page on any site
 * can send them, too, and its browser asks no leave first (Fetch Standard: CORS-safelisted request
 * headers). On loopback, where no key is asked for, every page could then start requests. A browser
 * always adds `Origin` to a POST (Fetch Standard: append a request `Origin` header) and mostly
 * `Sec-Fetch-Site` (Fetch Metadata): with either, only `application/json` passes.
 *
 * @throws ApiError 415.
 */
export function refuseOtherTypes({ req }: ApiContext): void {
  const type = req.header('content-type')?.trim() ?? '';
  const isFromBrowser =
    req.header('origin') !== undefined || req.header('sec-fetch-site') !== undefined;
  const isUnnamed = UNNAMED_TYPE.test(type);
  if (!JSON_TYPE.test(type) && (isFromBrowser || !isUnnamed)) {
    const given = type === '' ? 'none' : JSON.stringify(type.slice(0, 100));
    const why = isUnnamed ? ' from a browser (the call has Origin or Sec-Fetch-Site)' : '';
    const message = `Content-Type must be application/json (UTF-8), not ${given}${why}`;
    throw new ApiError(415, message, { headers: { ...CLOSE, 'accept-post': 'application/json' } });
  }
  const coding = req.header('content-encoding') ?? 'identity';
  if (coding.toLowerCase() !== 'identity') {
    const message = `Content-Encoding ${JSON.stringify(coding.slice(0, 100))} is not accepted: send the body uncompressed`;
    throw new ApiError(415, message, { headers: { ...CLOSE, 'accept-encoding': 'identity' } });
  }
}
