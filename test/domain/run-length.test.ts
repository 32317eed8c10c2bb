import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRuns, encodeRuns, textOf } from '../../domain/run-length.ts';

const codesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const lettersIn = (text: string, maximumLetters: number) => {
  try {
    return decodeRuns(text, maximumLetters).length;
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
};

test.each([
  ['', ''],
  ['w', 'w'],
  ['ww', '2w'],
  ['wwwwwwwwwwww...n', '12w3.n'],
  ['W-=-', 'W-=-'],
  [`${'w'.repeat(120)}.${'w'.repeat(99)}`, '120w.99w'],
])('writes %j as %j and reads it back', (letters, text) => {
  expect(encodeRuns(codesOf(letters))).toBe(text);
  expect(textOf(decodeRuns(text, letters.length))).toBe(letters);
});

test.each([
  ['9', 'a count without letter'],
  ['1w', 'a count of 1'],
  ['02w', 'a count starts with 0'],
  ['w w', 'no letter'],
  ['é', 'no letter'],
  ['3w\n', 'no letter'],
  ['11w', 'more than the 10 letters'],
  ['5w6.', 'more than the 10 letters'],
  ['99999999999999999999999999w', 'more than the 10 letters'],
])('refuses %j: %s', (text, fault) => {
  expect(() => decodeRuns(text, 10)).toThrow(fault);
});

test('encoding and decoding is the identity, and never longer than the letters', () => {
  const letter = fc.constantFrom(...codesOf('wfrnmC.-='));
  const run = fc.tuple(letter, fc.integer({ min: 1, max: 300 }));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
      const letters = Uint8Array.from(
        runs.flatMap(([code, count]) => Array.from({ length: count }, () => code)),
      );

      const text = encodeRuns(letters);

      expect(text.length).toBeLessThanOrEqual(letters.length);
      expect(decodeRuns(text, letters.length)).toEqual(letters);
    }),
  );
});

test('either reads or refuses any text, and never unfolds more than the bound', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(50), (text, maximumLetters) => {
      expect(lettersIn(text, maximumLetters)).toBeLessThanOrEqual(maximumLetters);
    }),
  );
});

test('carries two million letters without a repetition', () => {
  const letters = new Uint8Array(2_000_000).map((_, index) => (index % 2 === 0 ? 119 : 46));

  const copy = decodeRuns(encodeRuns(letters), letters.length);

  expect(Buffer.compare(copy, letters)).toBe(0);
});
