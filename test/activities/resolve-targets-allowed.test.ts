import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LocalDistribution } from '../../local/aws/local-distribution.ts';
import { startTestAws, testDistribution, type TestAws } from '../support/local-aws.ts';
import { createResolver, type ResolverSettings } from '../support/resolver.ts';

/** As `unknown`: vitest's matchers are `any`. */
const containing = (text: string): unknown => expect.stringContaining(text);

let aws: TestAws;
let distributions: LocalDistribution[];
beforeEach(async () => {
  distributions = [testDistribution()];
  aws = await startTestAws({ distributions });
});
afterEach(() => aws.close());

const createResolve = (settings?: ResolverSettings) => createResolver(aws, settings);

const denyListing = () =>
  aws.faults.add({
    action: 'ListDistributions',
    status: 403,
    code: 'AccessDenied',
    message: 'User is not authorized to perform: cloudfront:ListDistributions',
  });

test('refuses the host of a distribution that ListDistributions does not show', async () => {
  const cnames = { 'shop.example.org': 'dother.cloudfront.net' };

  const targets = await createResolve({ cnames })(['shop.example.org', 'www.example.com']);

  expect(targets.hosts).toEqual({
    'shop.example.org': { refusal: containing('distribution tenant') },
    'www.example.com': { distribution: 0 },
  });
});

test('fails with advice, for good, when only ListDistributions could say what is allowed', async () => {
  denyListing();

  const failed = createResolve()(['www.example.com']);

  await expect(failed).rejects.toSatisfy((error: unknown) => {
    if (!(error instanceof ApplicationFailure)) return false;
    expect(error.message).toContain('AccessDenied: User is not authorized');
    expect(error.message).toContain('set ALLOWED_DISTRIBUTIONS');
    return error.nonRetryable === true && error.type === 'DistributionsUnreadable';
  });
});

test('may be tried again when AWS throttles', async () => {
  aws.faults.add({ action: 'ListDistributions', code: 'Throttling' });

  const failed = createResolve()(['www.example.com']);

  await expect(failed).rejects.toMatchObject({ type: 'AwsUnavailable', nonRetryable: false });
});

test('needs no AWS permission for an allowed cloudfront.net name', async () => {
  denyListing();
  const allowed = ['D1test.cloudfront.net', 'www.example.com'];
  const resolve = createResolve({ allowed, cnames: { 'cn.example.com': 'd1test.cloudfront.net' } });

  const targets = await resolve(
    ['d1test.cloudfront.net', 'www.example.com', 'cn.example.com', 'victim.example'],
    {
      cfDomain: 'd1test.cloudfront.net',
    },
  );

  expect(targets.distributions).toEqual([
    { domainName: 'd1test.cloudfront.net', hasOriginShield: false },
  ]);
  expect(targets.hosts).toEqual({
    'd1test.cloudfront.net': { distribution: 0 },
    'www.example.com': { distribution: 0 },
    'cn.example.com': { distribution: 0 },
    'victim.example': {
      refusal: containing('add victim.example to ALLOWED_DISTRIBUTIONS'),
    },
  });
});

test('takes any host of a cloudfront.net cf_domain when every distribution is allowed', async () => {
  denyListing();

  const targets = await createResolve({ allowed: ['*'] })(['www.anything.example:8443'], {
    cfDomain: 'd9.cloudfront.net',
  });

  expect(targets.distributions[0]?.domainName).toBe('d9.cloudfront.net');
  expect(targets.hosts).toEqual({ 'www.anything.example:8443': { distribution: 0 } });
});

test.each([
  ['an id', ['E1TEST']],
  ['an alias', ['www.example.com']],
  ['a domain name', ['d1test.cloudfront.net']],
])('allows a distribution named by %s, and no other', async (_, allowed) => {
  distributions.push(
    testDistribution({ id: 'E2', domainName: 'd2.cloudfront.net', aliases: ['b.example.com'] }),
  );

  const targets = await createResolve({ allowed })(['www.example.com', 'b.example.com']);

  expect(targets.hosts).toEqual({
    'www.example.com': { distribution: 0 },
    'b.example.com': {
      refusal: 'b.example.com is served by E2, which is not in ALLOWED_DISTRIBUTIONS',
    },
  });
});

test('refuses a host that is no name of the given distribution', async () => {
  const targets = await createResolve()(['other.example.com'], { cfDomain: 'www.example.com' });

  expect(targets.hosts['other.example.com']).toEqual({
    refusal: 'other.example.com is no name of distribution E1TEST (d1test.cloudfront.net)',
  });
});

test('refuses to invalidate what ListDistributions does not show', async () => {
  const resolve = createResolve({ allowed: ['*'] });

  const warm = await resolve(['dother.cloudfront.net']);
  const invalidate = await resolve(['dother.cloudfront.net'], { needInvalidate: true });

  expect(warm.hosts['dother.cloudfront.net']).toEqual({ distribution: 0 });
  expect(invalidate.hosts['dother.cloudfront.net']).toEqual({
    refusal: containing('set need_invalidate to false'),
  });
});

test.each([['*'], ['apex.example']])(
  'takes the word of an operator who allows %s where nothing else can be asked',
  async (allowed) => {
    denyListing();
    const resolve = createResolve({ allowed: [allowed] });

    const targets = await resolve(['apex.example']);

    expect(targets.hosts).toEqual({ 'apex.example': { distribution: 0 } });
    expect(targets.distributions).toMatchObject([{ domainName: 'apex.example' }]);
  },
);
