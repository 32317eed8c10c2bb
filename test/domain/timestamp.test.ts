import { expect, test } from 'vitest';
import { formatTimestamp } from '../../domain/timestamp.ts';

test.each([
  [1_713_237_141_046, '2024-04-16 03:12:21.046000'],
  [1_713_237_141_046.535, '2024-04-16 03:12:21.046534'],
  [0, '1970-01-01 00:00:00.000000'],
])('writes %d as the contract does', (atMs, text) => {
  const written = formatTimestamp(atMs);

  expect(written.slice(0, -1)).toBe(text.slice(0, -1));
  expect(written).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
});
