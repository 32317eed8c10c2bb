/**
 * Invalidation paths of URLs, by the rules of "Specify the objects to invalidate" in the CloudFront
 * Developer Guide.
 */

/** Paths that a distribution may have in progress, and so the most that one invalidation names. */
const PATHS_PER_LOT = 3_000;
const FREE_PATHS_PER_MONTH = 1_000;
const PRICE_PER_PATH_USD = 0.005;

/** Characters that an invalidation path may have. */
export const MAXIMUM_INVALIDATION_PATH_CHARACTERS = 4_000;

/** RFC 1738 calls these unsafe: they are percent-encoded in paths, and no other ASCII character is. */
const UNSAFE = /[ "<>\\^`{|}~[\]]/g;
const ENCODED_PARENTHESIS = /%2[89]/g;
const SIGNATURE_PARAMETERS = ['Signature', 'Key-Pair-Id'] as const;

/**
 * The invalidation path of a normalised URL: its path, with its query string unless that signs it.
 *
 * @param url absolute and normalised, as `domain/urls.ts` gives it.
 */
export function invalidationPathOf(url: string): string {
  const afterHost = url.slice(pathStart(url));
  const [path, query] = splitOnce(afterHost, '?');
  const whole = query === undefined || isSigned(query) ? path : `${path}?${query}`;
  return whole
    .replace(ENCODED_PARENTHESIS, (code) => (code === '%28' ? '(' : ')'))
    .replace(UNSAFE, (character) => encodeUnsafe(character));
}

/** Paths in lots of at most 3,000, each for one invalidation. */
export function lotsOf(paths: readonly string[]): readonly (readonly string[])[] {
  const lots: (readonly string[])[] = [];
  for (let start = 0; start < paths.length; start += PATHS_PER_LOT) {
    lots.push(paths.slice(start, start + PATHS_PER_LOT));
  }
  return lots;
}

/** Price of paths in US dollars, if none of the account's free 1,000 a month was used before. */
export function invalidationPriceUsd(paths: number): number {
  const paid = Math.max(0, paths - FREE_PATHS_PER_MONTH);
  return Math.round(paid * PRICE_PER_PATH_USD * 1_000) / 1_000;
}

function pathStart(url: string): number {
  const host = url.indexOf('//') + 2;
  const start = url.slice(host).search(/[/?]/);
  return start === -1 ? url.length : host + start;
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Signed URLs: CloudFront takes the signature off before it looks an object up. */
function isSigned(query: string): boolean {
  const names = new Set(query.split('&').map((field) => splitOnce(field, '=')[0]));
  return SIGNATURE_PARAMETERS.every((name) => names.has(name));
}

function encodeUnsafe(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
