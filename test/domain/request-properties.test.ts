import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PrewarmInput } from '../../domain/prewarm.ts';
import { parsePrewarmRequest } from '../../domain/request.ts';
import type { Problem } from '../../domain/request.ts';

const CONTEXT = {
  acceptedAtMs: 1_713_237_141_046,
  maximumInstances: 300,
  maximumInvalidationPaths: 3_000,
  dnsSuffix: 'cloudfront.net',
};

const EXAMPLE = {
  url_list: ['https://www.example.com/index.html'],
  cf_domain: 'www.example.com',
  target_type: 'pop',
  countries: [],
  regions: [],
  pops: ['ATL56-C1'],
  timeout: 5,
  header: [],
  instance_count: 1,
  need_invalidate: false,
};

test('takes any JSON value for an input within the limits or for problems', () => {
  const field = fc.constantFrom(
    ...Object.keys(EXAMPLE),
    'constructor',
    'depth',
    'coverage',
    'pop',
    '__proto__',
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(
      'edge',
      'full',
      'country',
      'region',
      ['sa', 'uk'],
      ['NRT57'],
      0.5,
      null,
    ),
    fc.array(fc.oneof(fc.webUrl(), fc.string(), fc.jsonValue()), { maxLength: 5 }),
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.oneof(field, fc.string()), value),
    fc.dictionary(field, value).map((changes) => ({ ...EXAMPLE, ...changes })),
  );
  fc.assert(
    fc.property(body, (json) => {
      const parsed = parsePrewarmRequest(json, CONTEXT);

      expect(parsed.ok ? faultsOfInput(parsed.input) : faultsOfRefusal(parsed.problems)).toEqual(
        [],
      );
    }),
    { numRuns: 300 },
  );
});

function faultsOfInput(input: PrewarmInput): readonly string[] {
  const { urls, pops, timeoutMs, instanceCount } = input;
  const rules = {
    'has URLs': urls.length > 0,
    'has each URL once': new Set(urls).size === urls.length,
    'has each POP once': new Set(pops.map(({ id }) => id)).size === pops.length,
    'is not too large': urls.length * pops.length <= 2_000_000,
    'has a timeout': Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= 604_800_000,
    'has an instance count': Number.isInteger(instanceCount) && instanceCount >= 0,
    'is plain JSON': JSON.stringify(JSON.parse(JSON.stringify(input))) === JSON.stringify(input),
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

function faultsOfRefusal(problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return ['has no problem'];
  return problems
    .filter(
      ({ field, rule, message }) =>
        !message.startsWith(`${field} ${rule}`) || message.length > 1_000,
    )
    .map(({ message }) => message);
}
