/** Part of a body: from `startByte` up to, not including, `endByte`. */
export type ByteRange = {
  startByte: number;
  endByte: number;
};

/**
 * Reads a Range header. Anything but one well-formed range gives `undefined`: CloudFront answers
 * bad range syntax with 200 and the whole object (Developer Guide, "Range GETs").
 */
export function parseRange(header: string | undefined): RequestedRange | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') return { suffixBytes: Number(last) };
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return { startByte: Number(first), ...(last === '' ? {} : { endByte: Number(last) + 1 }) };
}

/** A Range header as asked, before the size of the object is known. */
export type RequestedRange = { suffixBytes: number } | { startByte: number; endByte?: number };

/** Applies a requested range to an object; `undefined` when it lies outside (416, RFC 9110 §14). */
export function resolveRange(range: RequestedRange, bodyBytes: number): ByteRange | undefined {
  if ('suffixBytes' in range) {
    if (range.suffixBytes === 0 || bodyBytes === 0) return undefined;
    return { startByte: Math.max(0, bodyBytes - range.suffixBytes), endByte: bodyBytes };
  }
  if (range.startByte >= bodyBytes) return undefined;
  return {
    startByte: range.startByte,
    endByte: Math.min(range.endByte ?? bodyBytes, bodyBytes),
  };
}
