/** Measured body size of each URL: what totals, order and batch bytes are made of. */

const UNKNOWN = -1;
const RADIX = 36;

/** Body bytes by row of the task grid, as far as measured. Made by {@link createSizeTable}. */
export class SizeTable {
  readonly #bytes: Float64Array;
  #measuredRows = 0;
  #sumBytes = 0;

  /** @param bytes by row, negative where not measured; they are the table's from then on. */
  constructor(bytes: Float64Array) {
    this.#bytes = bytes;
    for (const known of bytes) if (known !== UNKNOWN) this.#count(known);
  }

  /** Keeps the first measure of a URL: another encoding of it may measure otherwise. */
  record(row: number, bodyBytes: number): void {
    if (this.#bytes[row] !== UNKNOWN || !Number.isSafeInteger(bodyBytes) || bodyBytes < 0) return;
    this.#bytes[row] = bodyBytes;
    this.#count(bodyBytes);
  }

  /** Measured body bytes; undefined while not measured. */
  bytesOf(row: number): number | undefined {
    const known = this.#bytes[row] ?? UNKNOWN;
    return known === UNKNOWN ? undefined : known;
  }

  /** Measured body bytes, or else the mean of the other URLs, in whole bytes. */
  expectedBytesOf(row: number): number {
    return this.bytesOf(row) ?? Math.round(this.meanBytes());
  }

  measuredRows(): number {
    return this.#measuredRows;
  }

  /** Mean of the measured sizes; 0 while there is none. */
  meanBytes(): number {
    return this.#measuredRows === 0 ? 0 : this.#sumBytes / this.#measuredRows;
  }

  /** Short text for {@link createSizeTable}: base 36, comma separated, empty where not measured. */
  encode(): string {
    return Array.from(this.#bytes, (each) => (each < 0 ? '' : each.toString(RADIX))).join(',');
  }

  #count(bodyBytes: number): void {
    this.#measuredRows += 1;
    this.#sumBytes += bodyBytes;
  }
}

/**
 * A size table.
 *
 * @param rows number of URLs.
 * @param text what {@link SizeTable.encode} wrote; without it nothing is measured.
 * @throws RangeError when the text is malformed or of another length.
 */
export function createSizeTable(rows: number, text = ''): SizeTable {
  return new SizeTable(decode(rows, text));
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
