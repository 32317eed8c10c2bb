import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSizeTable } from '../../domain/sizes.ts';

test('keeps the first measure of a URL and refuses nonsense', () => {
  const sizes = createSizeTable(3);

  for (const [row, bytes] of [
    [0, 0],
    [0, 5],
    [1, -1],
    [1, Number.NaN],
    [1, 1.5],
    [1, 30],
    [7, 1],
  ] as const) {
    sizes.record(row, bytes);
  }

  expect([0, 1, 2, 7].map((row) => sizes.bytesOf(row))).toEqual([0, 30, undefined, undefined]);
  expect(sizes.measuredRows()).toBe(2);
  expect(sizes.meanBytes()).toBe(15);
});

test('survives encoding', () => {
  const size = fc.option(fc.nat(60_000_000_000), { nil: undefined });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 30 }), (list) => {
      const sizes = createSizeTable(list.length);
      for (const [row, bytes] of list.entries()) if (bytes !== undefined) sizes.record(row, bytes);

      const copy = createSizeTable(list.length, sizes.encode());

      expect(list.map((_, row) => copy.bytesOf(row))).toEqual(list);
      expect(copy.measuredRows()).toBe(sizes.measuredRows());
      expect(copy.meanBytes()).toBe(sizes.meanBytes());
    }),
  );
});

test.each(['1', '1,2,3', '1,!', '1,-5', '1,01', '1,1.5'])('refuses the text %j', (text) => {
  expect(() => createSizeTable(2, text)).toThrow('size table text holds');
});
