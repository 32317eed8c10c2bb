import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { OUTCOMES } from '../domain/outcome.ts';

test('the README tells each outcome in the words of the product', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  const told = rows.map((row) => row.replaceAll(/ +\|/g, ' |'));

  const outcomes = Object.entries(OUTCOMES).map(
    ([name, { meaning, hint }]) => `| \`${name}\` | ${meaning} | ${hint} |`,
  );
  expect(told).toEqual(expect.arrayContaining(outcomes));
});
