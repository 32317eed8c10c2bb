/**
 * Run-length text of letters: how task grids and batch results travel.
 *
 * A run is a letter, or its count (two or more, decimal) and the letter: `12w3.n`. A letter is any
 * printable ASCII character but a digit and a space. Encoded text is never longer than its letters.
 */

const DIGIT_0 = 48;
const DIGIT_9 = 57;
const FIRST_PRINTABLE = 33;
const LAST_PRINTABLE = 126;
/** `String.fromCharCode` takes its characters as arguments, and engines bound their number. */
const CHUNK_CHARACTERS = 8_192;

/** The text of a list of letters, given as character codes. Linear time. */
export function encodeRuns(letters: Uint8Array): string {
  const text = new Uint8Array(letters.length);
  let length = 0;
  let start = 0;
  while (start < letters.length) {
    const letter = letters[start] ?? 0;
    let end = start + 1;
    while (letters[end] === letter) end += 1;
    if (end - start > 1) length = writeDecimal(text, length, end - start);
    text[length] = letter;
    length += 1;
    start = end;
  }
  return textOf(text.subarray(0, length));
}

/**
 * The letters of a text, as character codes. Linear time.
 *
 * @param maximumLetters bound on what the text may unfold to, checked before anything is written.
 * @throws RangeError when the text holds anything but runs, or more letters than allowed.
 */
export function decodeRuns(text: string, maximumLetters: number): Uint8Array {
  const letters = new Uint8Array(countLetters(text, maximumLetters));
  let length = 0;
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isDigit(code)) {
      count = count * 10 + code - DIGIT_0;
    } else {
      const end = length + Math.max(1, count);
      letters.fill(code, length, end);
      length = end;
      count = 0;
    }
  }
  return letters;
}

/** A list of letters, given as character codes, as plain text. */
export function textOf(letters: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < letters.length; start += CHUNK_CHARACTERS) {
    parts.push(String.fromCharCode(...letters.subarray(start, start + CHUNK_CHARACTERS)));
  }
  return parts.join('');
}

function countLetters(text: string, maximumLetters: number): number {
  let letters = 0;
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isDigit(code)) {
      if (count === 0 && code === DIGIT_0) throw malformed(index, 'a count starts with 0');
      count = count * 10 + code - DIGIT_0;
    } else {
      if (code < FIRST_PRINTABLE || code > LAST_PRINTABLE) throw malformed(index, 'no letter');
      if (count === 1) throw malformed(index, 'a count of 1');
      letters += Math.max(1, count);
      count = 0;
    }
    if (letters > maximumLetters || count > maximumLetters) {
      throw new RangeError(`run-length text holds more than the ${maximumLetters} letters allowed`);
    }
  }
  if (count > 0) throw malformed(text.length, 'a count without letter');
  return letters;
}

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}

/** Writes a number of two or more at `offset`, and returns the offset after it. */
function writeDecimal(text: Uint8Array, offset: number, value: number): number {
  let end = offset;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 10)) end += 1;
  let rest = value;
  for (let index = end - 1; index >= offset; index -= 1) {
    text[index] = DIGIT_0 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return end;
}

function malformed(offset: number, fault: string): RangeError {
  return new RangeError(`run-length text is malformed at character ${offset}: ${fault}`);
}
