import { expect, test } from 'vitest';
import { readFacts } from '../../edge/classify.ts';
import { describeAnswer } from '../../edge/describe-answer.ts';

const POP = 'NRT57-P3';

type Given = { readonly status?: number; readonly isLengthUnknown?: boolean };

function describe(headers: Record<string, string>, given: Given = {}): string {
  const named = { 'x-amz-cf-pop': POP, 'x-cache': 'Miss from cloudfront', ...headers };
  const answer = {
    status: 200,
    isLengthUnknown: false,
    headers: new Map(Object.entries(named).map(([name, value]) => [name, [value]])),
    ...given,
  };
  return describeAnswer(answer, readFacts(answer, POP));
}

test.each(['Error from cloudfront', 'LambdaExecutionError from cloudfront'])(
  'calls a 200 with X-Cache %s a custom error page, and says what to check',
  (value) => {
    const [word] = value.split(' ');

    expect(describe({ 'x-cache': value })).toBe(
      `HTTP 200, X-Cache ${word}, a custom error page of the distribution in place of an error: ` +
        'check the origin, and the custom error responses',
    );
  },
);

test('says of a 404 no more than it is', () => {
  expect(describe({ 'x-cache': 'Error from cloudfront' }, { status: 404 })).toBe(
    'HTTP 404, X-Cache Error',
  );
});

test('says that a 304 answers what was not asked', () => {
  expect(describe({}, { status: 304 })).toBe(
    'HTTP 304, X-Cache Miss, answers a conditional request, and none was sent: ' +
      'check the origin and the functions at the edge',
  );
});

test('says that a 206 is a part nobody asked for', () => {
  expect(describe({ 'content-range': 'bytes 0-99/1000' }, { status: 206 })).toBe(
    'HTTP 206, X-Cache Miss, a part of the object (bytes 0-99/1000), and no Range was sent: ' +
      'check the origin and the functions at the edge',
  );
});

test('says where a redirect leads, without its query string', () => {
  const location = 'https://www.example.com/new?signature=secret';

  expect(describe({ location }, { status: 301 })).toBe(
    'HTTP 301, X-Cache Miss, to https://www.example.com/new',
  );
});

test('never says more than 200 characters', () => {
  const location = `https://www.example.com/${'x'.repeat(300)}`;
  const values = { 'x-cache': `${'Error'.repeat(30)} from cloudfront` };

  expect(describe({ location }, { status: 301 })).toHaveLength(200);
  expect(describe(values).length).toBeLessThanOrEqual(200);
});
