import { expect, test } from 'vitest';

import { parseRange, resolveRange } from '../../../local/edge/range.ts';

test.each([
  ['bytes=0-0', 10, { startByte: 0, endByte: 1 }],
  ['bytes=2-', 10, { startByte: 2, endByte: 10 }],
  ['bytes=-3', 10, { startByte: 7, endByte: 10 }],
  ['bytes=-30', 10, { startByte: 0, endByte: 10 }],
  ['bytes=5-99', 10, { startByte: 5, endByte: 10 }],
  ['bytes=10-', 10, undefined],
  ['bytes=0-0', 0, undefined],
  ['bytes=-0', 10, undefined],
])('applies %s to %i bytes', (header, bodyBytes, expected) => {
  const range = parseRange(header);

  expect(range && resolveRange(range, bodyBytes)).toEqual(expected);
});

test.each(['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b'])(
  'takes %s for no range at all',
  (header) => {
    expect(parseRange(header)).toBeUndefined();
  },
);
