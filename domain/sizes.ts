/** Measured body size of each URL: what totals, order and batch bytes are made of. */

const UNKNOWN = -1;
const RADIX = 36;

/** Body bytes by row of the task grid, as far as measured. */
export interface SizeTable {
  /** Keeps the first measure of a URL: another encoding of it may measure otherwise. */
  readonly record: (row: number, bodyBytes: number) => void;
  /** Measured body bytes; undefined while not measured. */
  readonly bytesOf: (row: number) => number | undefined;
  readonly measuredRows: () => number;
  /** Mean of the measured sizes; 0 while there is none. */
  readonly meanBytes: () => number;
  /** Short text for {@link createSizeTable}: base 36, comma separated, empty where not measured. */
  readonly encode: () => string;
}

/**
 * A size table.
 *
 * @param rows number of URLs.
 * @param text what {@link SizeTable.encode} wrote; without it nothing is measured.
 * @throws RangeError when the text is malformed or of another length.
 */
export function createSizeTable(rows: number, text = ''): SizeTable {
  const bytes = decode(rows, text);
  let measured = 0;
  let sumBytes = 0;
  for (const known of bytes) {
    if (known === UNKNOWN) continue;
    measured += 1;
    sumBytes += known;
  }
  return {
    record: (row, bodyBytes) => {
      if (bytes[row] !== UNKNOWN || !Number.isSafeInteger(bodyBytes) || bodyBytes < 0) return;
      bytes[row] = bodyBytes;
      measured += 1;
      sumBytes += bodyBytes;
    },
    bytesOf: (row) => {
      const known = bytes[row] ?? UNKNOWN;
      return known === UNKNOWN ? undefined : known;
    },
    measuredRows: () => measured,
    meanBytes: () => (measured === 0 ? 0 : sumBytes / measured),
    encode: () => Array.from(bytes, (each) => (each < 0 ? '' : each.toString(RADIX))).join(','),
  };
}

function decode(rows: number, text: string): Float64Array {
  const bytes = new Float64Array(rows).fill(UNKNOWN);
  if (text === '') return bytes;
  const fields = text.split(',');
  if (fields.length !== rows) {
    throw new RangeError(`size table text holds ${fields.length} sizes, not ${rows}`);
  }
  for (const [row, field] of fields.entries()) {
    if (field === '') continue;
    const size = Number.parseInt(field, RADIX);
    if (!Number.isSafeInteger(size) || size < 0 || size.toString(RADIX) !== field) {
      throw new RangeError(`size table text holds the malformed size ${field} of row ${row}`);
    }
    bytes[row] = size;
  }
  return bytes;
}
