import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from '../../api/http/api-error.ts';
import { parseJson } from '../../api/http/parse-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

function refusalOf(text: string | Uint8Array): string {
  try {
    parseJson(Buffer.from(text));
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return error.message;
    throw error;
  }
  throw new Error('The body was accepted');
}

test('reads any JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value);

      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('reads the example of the contract with its comment', () => {
  const body = `{
    "req_id": "684153cc-efab-4a53-9409-357fddc2e2bd",
    "DesiredCapacity": 1
    // "force_stop": false
}`;

  expect(parse(body)).toEqual({
    req_id: '684153cc-efab-4a53-9409-357fddc2e2bd',
    DesiredCapacity: 1,
  });
});

test('keeps slashes inside strings when it leaves comments out', () => {
  const body = '{"url": "https://a.example//b", // the "page"\n "n": 1}';

  expect(parse(body)).toEqual({ url: 'https://a.example//b', n: 1 });
});

test.each([
  [
    '{"a": 1,\n  b: 2}',
    'expected a field name in double quotes at line 2, column 3, found "b: 2}"',
  ],
  ['[1, 2', 'expected a comma or ] at line 1, column 6, found the end of the body'],
  ['{"a" 1}', 'expected a colon at line 1, column 6, found "1}"'],
  ['{"a": }', 'expected a value at line 1, column 7, found "}"'],
  ['[] []', 'expected the end at line 1, column 4, found "[]"'],
  ['{"a": 01}', 'expected a comma or } at line 1, column 8, found "1}"'],
  ["{'a': 1}", `expected a field name in double quotes or } at line 1, column 2, found "'a': 1}"`],
])('tells the place of the fault in %j', (body, expected) => {
  expect(refusalOf(body)).toContain(expected);
});

test('finds a fault wherever JSON.parse finds one', () => {
  const cut = fc
    .tuple(fc.jsonValue(), fc.nat())
    .map(([value, at]) => JSON.stringify([value]).slice(0, -1 - (at % 5)));
  const outcomeOf = (read: (text: string) => unknown, text: string) => {
    try {
      return { value: read(text) };
    } catch {
      return 'a fault';
    }
  };
  fc.assert(
    fc.property(fc.oneof(cut, fc.string()), (text) => {
      fc.pre(!text.includes('//'));

      expect(outcomeOf(parse, text)).toEqual(outcomeOf(JSON.parse, text));
    }),
  );
});

test('refuses an empty body, bad UTF-8 and deep nesting', () => {
  expect(refusalOf(' \n')).toContain('is empty');
  expect(refusalOf(new Uint8Array([0x22, 0xff, 0x22]))).toContain('UTF-8');
  expect(refusalOf('['.repeat(101) + ']'.repeat(101))).toContain('100 levels');
  expect(refusalOf('//"\n' + '['.repeat(500))).toContain('not valid JSON');
});
