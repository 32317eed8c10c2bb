import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Largest piece of a body written at once: large enough that writing costs little per byte. */
export const SLICE_BYTES = 256 * 1024;

const PERIOD_BYTES = 1024 * 1024;
const WORDS =
  'edge cache warm region viewer origin object request header layer shield policy'.split(' ');
const COMPRESSED_CACHE_ENTRIES = 64;

/** One period of text, and one slice more so that every slice is contiguous. */
function createPattern(): Buffer {
  const pattern = Buffer.alloc(PERIOD_BYTES + SLICE_BYTES);
  let state = 1;
  let position = 0;
  while (position < PERIOD_BYTES) {
    // Numerical Recipes' linear congruential generator: the same bytes on every machine.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const word = WORDS[state % WORDS.length] ?? '';
    position += pattern.write(`${word} ${(state >>> 8).toString(36)} `, position, 'latin1');
  }
  pattern.copy(pattern, PERIOD_BYTES, 0, SLICE_BYTES);
  return pattern;
}

const PATTERN = createPattern();

/** The bytes of one representation, produced piece by piece: no body is ever held whole. */
export type BodySource = (position: number, endByte: number) => Buffer;

/**
 * The bytes of an object: a function of its version alone, so a cached copy is two numbers.
 *
 * A call gives at most {@link SLICE_BYTES} bytes from `position`, never beyond `endByte`.
 */
export function createContent(version: number): BodySource {
  const shift = version * 65_537;
  return function content(position, endByte) {
    const start = (position + shift) % PERIOD_BYTES;
    return PATTERN.subarray(start, start + Math.min(SLICE_BYTES, endByte - position));
  };
}

/** Reads from bytes that are in memory anyway. */
export function createBufferContent(bytes: Buffer): BodySource {
  return (position, endByte) => bytes.subarray(position, Math.min(endByte, position + SLICE_BYTES));
}

const compressedBodies = new Map<string, Buffer>();

/** What to compress: `bodyBytes` bytes of the object's version. */
export type CompressedContent = {
  bodyBytes: number;
  version: number;
  encoding: 'br' | 'gzip';
};

/**
 * The really compressed bytes of an object of at most 10,000,000 bytes. The last
 * {@link COMPRESSED_CACHE_ENTRIES} results are kept.
 */
export function compressContent({ bodyBytes, version, encoding }: CompressedContent): Buffer {
  const name = `${encoding} ${version} ${bodyBytes}`;
  const known = compressedBodies.get(name);
  if (known !== undefined) return known;
  const content = createContent(version);
  const pieces: Buffer[] = [];
  for (let position = 0; position < bodyBytes; position += SLICE_BYTES) {
    pieces.push(content(position, bodyBytes));
  }
  const body = Buffer.concat(pieces);
  const compressed =
    encoding === 'br'
      ? brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
      : gzipSync(body);
  const oldest = compressedBodies.keys().next();
  if (compressedBodies.size >= COMPRESSED_CACHE_ENTRIES && !oldest.done) {
    compressedBodies.delete(oldest.value);
  }
  compressedBodies.set(name, compressed);
  return compressed;
}
