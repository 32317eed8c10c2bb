import { expect, test } from 'vitest';
import { ENGINE_ERROR_CODES } from '../../edge/engine.ts';
import { failureOfAnswer, failureOfError, readFacts } from '../../edge/classify.ts';

const POP = 'NRT57-P3';

const CLOUDFRONT = {
  'x-cache': ['Hit from cloudfront'],
  'x-amz-cf-pop': [POP],
  'x-amz-cf-id': ['id=='],
  via: ['1.1 abc.cloudfront.net (CloudFront)'],
};

type Given = { status?: number; isLengthUnknown?: boolean };

function answer(headers: Record<string, readonly string[]>, given: Given = {}) {
  return {
    status: 200,
    isLengthUnknown: false,
    headers: new Map(Object.entries({ ...CLOUDFRONT, ...headers })),
    ...given,
  };
}

function outcomeOf(headers: Record<string, readonly string[]>, given: Given = {}) {
  const complete = answer(headers, given);
  return failureOfAnswer(complete, readFacts(complete, POP));
}

test.each([
  [[POP], 'asked'],
  [['nrt57-p3'], 'asked'],
  [['BOM50-C1', POP], 'asked'],
  [[`BOM50-C1, ${POP}`], 'asked'],
  [['NRT57-P1'], 'sibling'],
  [['NRT5-P3'], 'wrong'],
  [['BOM50-C1', 'DEL54-C1'], 'wrong'],
  [[], 'absent'],
  [[''], 'absent'],
])('matches the POP header %j as %s', (values, match) => {
  expect(readFacts(answer({ 'x-amz-cf-pop': values }), POP).popMatch).toBe(match);
});

test.each([
  ['Hit from cloudfront', true, false],
  ['RefreshHit from cloudfront', true, true],
  ['Miss from cloudfront', false, false],
  ['OriginShieldHit from cloudfront', false, false],
  ['Hit', true, false],
])('reads X-Cache %j', (value, isHit, isRefreshed) => {
  expect(readFacts(answer({ 'x-cache': [value] }), POP)).toMatchObject({ isHit, isRefreshed });
});

test('calls an answer a Hit only when every X-Cache says so', () => {
  const values = ['Miss from cloudfront', 'Hit from cloudfront'];

  expect(readFacts(answer({ 'x-cache': values }), POP)).toMatchObject({
    isHit: false,
    xCache: 'Miss, Hit',
  });
});

test.each(['LimitExceeded', 'CapacityExceeded'])('takes %s with 503 as slow down', (word) => {
  const complete = answer({ 'x-cache': [`${word} from cloudfront`] }, { status: 503 });
  const facts = readFacts(complete, POP);

  expect(facts.isSlowDown).toBe(true);
  expect(failureOfAnswer(complete, facts)).toBeUndefined();
});

test.each<[number, string | undefined]>([
  [200, undefined],
  [203, undefined],
  [204, undefined],
  [206, 'protocol_error'],
  [301, 'redirected'],
  [304, 'redirected'],
  [400, 'client_error'],
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [410, 'not_found'],
  [416, 'client_error'],
  [429, 'client_error'],
  [500, 'server_error'],
  [503, 'server_error'],
  [504, 'server_error'],
])('gives status %i the outcome %s', (status, outcome) => {
  expect(outcomeOf({}, { status })).toBe(outcome);
});

test.each<[string, string | undefined]>([
  ['Error from cloudfront', 'client_error'],
  ['LambdaExecutionError from cloudfront', 'client_error'],
  ['Redirect from cloudfront', 'redirected'],
  ['FunctionGeneratedResponse from cloudfront', 'edge_generated'],
  ['LambdaGeneratedResponse from cloudfront', undefined],
  ['SomethingNew from cloudfront', undefined],
])('gives a 200 with X-Cache %j the outcome %s', (value, outcome) => {
  expect(outcomeOf({ 'x-cache': [value] })).toBe(outcome);
});

test('does not believe an answer without the headers of CloudFront', () => {
  const bare = { 'x-cache': [], 'x-amz-cf-pop': [], via: [] };
  const complete = answer(bare);
  complete.headers.delete('x-amz-cf-id');

  expect(readFacts(complete, POP).isFromCloudFront).toBe(false);
  expect(failureOfAnswer(complete, readFacts(complete, POP))).toBe('not_cloudfront');
});

test('does not believe a 404 that is not from CloudFront', () => {
  const complete = answer({ 'x-cache': [], 'x-amz-cf-pop': [], via: [] }, { status: 404 });
  complete.headers.delete('x-amz-cf-id');

  expect(failureOfAnswer(complete, readFacts(complete, POP))).toBe('not_cloudfront');
});

test('takes a body whose end is unknown as cut', () => {
  expect(outcomeOf({}, { isLengthUnknown: true })).toBe('truncated');
});

test('gives every way a GET can break an outcome, but not to a cancelled one', () => {
  const outcomes = ENGINE_ERROR_CODES.map((code) => [code, failureOfError(code)]);

  expect(outcomes.filter(([, outcome]) => outcome === undefined)).toEqual([['aborted', undefined]]);
});
