import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearestNames } from '../../domain/nearest-names.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['pop', 'pops', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('counts the edits from %j to %j', (from, to, edits) => {
  expect(editDistance(from, to)).toBe(edits);
});

test('is symmetric, and zero for equal texts only', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      expect(editDistance(one, other)).toBe(editDistance(other, one));
      expect(editDistance(one, other) === 0).toBe(one === other);
    }),
  );
});

test('gives the nearest names first, and none that is far', () => {
  expect(nearestNames('japn', ['jaipur', 'japan', 'spain'])).toEqual(['japan']);
  expect(nearestNames('australa', ['austria', 'australia'])).toEqual(['australia', 'austria']);
  expect(nearestNames('atlantis', ['australia'])).toEqual([]);
});
