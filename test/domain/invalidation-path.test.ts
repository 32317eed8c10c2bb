import { expect, test } from 'vitest';
import {
  invalidationPathOf,
  invalidationPriceUsd,
  lotsOf,
} from '../../domain/invalidation-path.ts';

test.each([
  ['https://www.example.com/', '/'],
  ['https://www.example.com/a/b.html', '/a/b.html'],
  ['https://www.example.com/a?x=1&y=2', '/a?x=1&y=2'],
  ['https://www.example.com/a?', '/a?'],
  ['https://www.example.com/%C3%A9', '/%C3%A9'],
  ['https://www.example.com/a%20b%281%29.jpg', '/a%20b(1).jpg'],
  ['https://www.example.com/~me/[1]', '/%7Eme/%5B1%5D'],
  ['https://www.example.com/a?x={1}|2', '/a?x=%7B1%7D%7C2'],
  ['https://www.example.com/v.mp4?Expires=1&Signature=s&Key-Pair-Id=k', '/v.mp4'],
  ['https://www.example.com/v.mp4?Signature=s', '/v.mp4?Signature=s'],
])('invalidates %s as %s', (url, path) => {
  expect(invalidationPathOf(url)).toBe(path);
});

test('makes lots of at most 3,000 paths and loses none', () => {
  const paths = Array.from({ length: 6_001 }, (_, index) => `/${index}`);

  const lots = lotsOf(paths);

  expect(lots.map(({ length }) => length)).toEqual([3_000, 3_000, 1]);
  expect(lots.flat()).toEqual(paths);
});

test.each([
  [0, 0],
  [1_000, 0],
  [1_001, 0.005],
  [3_000, 10],
])('prices %d paths at %d US dollars', (paths, priceUsd) => {
  expect(invalidationPriceUsd(paths)).toBe(priceUsd);
});
