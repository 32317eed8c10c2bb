/** Where a URL leads: what connections and requests to it have in common. */
export type EdgeOrigin = {
  /** As it stands before the path: scheme, host, and the port where it is not the scheme's own. */
  readonly text: string;
  readonly scheme: 'http' | 'https';
  /** The Host header: the name, and the port where it is not the scheme's own. */
  readonly host: string;
  /** The name without port and brackets: SNI and certificate name. */
  readonly hostname: string;
};

/** A URL, and the two parts of it that a GET needs. */
export type EdgeUrl = {
  readonly text: string;
  readonly origin: EdgeOrigin;
  /** Path and query string, byte for byte: either is part of the cache key. */
  readonly path: string;
  /** The engine's note of what it sent for this URL last: the next GET of it is nearly always the same. */
  lastHead: WrittenHead | undefined;
};

/** The head of a request as it was written, and the parts of the request that it depends on. */
export type WrittenHead = {
  readonly method: string;
  /** Told by identity: thousands of requests share one list. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
};

const MAXIMUM_ORIGINS = 4_096;
/** By the text before the path: thousands of URLs share one. */
const ORIGINS = new Map<string, EdgeOrigin>();
const SLASH = 0x2f;
let last: EdgeOrigin | undefined;

/**
 * Splits a normalised URL.
 *
 * Not with `URL`: that is the costliest part of a small GET, and it writes `'` as `%27` in a query
 * string, which is another cache key (WHATWG URL, special-query percent-encode set).
 *
 * @param url as the API's door has normalised it: with a path, without user name and fragment.
 * @throws TypeError when what stands before its path is not a normalised origin: what follows would
 * not be the path then.
 */
export function edgeUrl(url: string): EdgeUrl {
  // Most URLs of a batch have the origin of the one before.
  const length = last?.text.length ?? 0;
  if (last !== undefined && url.charCodeAt(length) === SLASH && url.startsWith(last.text)) {
    return { text: url, origin: last, path: url.slice(length), lastHead: undefined };
  }
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  const origin = originOf(pathAt === -1 ? url : url.slice(0, pathAt));
  last = origin;
  const path = pathAt === -1 ? '/' : url.slice(pathAt);
  return { text: url, origin, path, lastHead: undefined };
}

function originOf(text: string): EdgeOrigin {
  const known = ORIGINS.get(text);
  if (known !== undefined) return known;
  const { protocol, host, hostname, origin: normalised } = new URL(text);
  const scheme = protocol.slice(0, -1);
  if ((scheme !== 'http' && scheme !== 'https') || normalised !== text) {
    throw new TypeError(`a GET leads to a normalised http:// or https:// URL, not to ${protocol}`);
  }
  const [oldest] = ORIGINS.keys();
  if (ORIGINS.size >= MAXIMUM_ORIGINS && oldest !== undefined) ORIGINS.delete(oldest);
  const origin = { text, scheme, host, hostname: hostname.replace(/^\[|\]$/g, '') } as const;
  ORIGINS.set(text, origin);
  return origin;
}
