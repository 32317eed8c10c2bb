import { ApiError } from './api-error.ts';
import { MAXIMUM_JSON_DEPTH, scanJson } from './scan-json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Reads a body as JSON.
 *
 * Line comments are accepted where JSON alone would fail, since the contract's own example of
 * `POST /instances` holds one.
 *
 * @throws ApiError 400 with line and column of the first fault.
 */
export function parseJson(body: Uint8Array): unknown {
  if (depthOf(body) > MAXIMUM_JSON_DEPTH) {
    throw new ApiError(400, `The request body nests deeper than ${MAXIMUM_JSON_DEPTH} levels`);
  }
  const text = decode(body);
  if (text.trim() === '') {
    throw new ApiError(400, 'The request body is empty: it must be a JSON object');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const { fault, comments } = scanJson(text);
    if (fault === undefined) return JSON.parse(blank(text, comments));
    const { line, column, expected, found } = fault;
    const place = `line ${line}, column ${column}`;
    const message = `The request body is not valid JSON: expected ${expected} at ${place}, found ${found}`;
    throw new ApiError(400, message, { cause: error });
  }
}

/** Millions of nested arrays in a small body would cost gigabytes once parsed. */
function depthOf(body: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (OPENING.has(byte)) deepest = Math.max(deepest, (depth += 1));
    else if (CLOSING.has(byte)) depth -= 1;
  }
  return deepest;
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new ApiError(400, 'The request body is not valid UTF-8', { cause: error });
  }
}

/** Cuts out the comments: `ranges` are ascending and apart. */
function blank(text: string, ranges: readonly (readonly [from: number, to: number])[]): string {
  let kept = '';
  let end = 0;
  for (const [from, to] of ranges) {
    kept += text.slice(end, from);
    end = to;
  }
  return kept + text.slice(end);
}
