import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DirectoryError, type EdgeDirectory } from '../../edge/directory.ts';
import type { LocalDistribution } from '../../local/aws/local-distribution.ts';
import { startTestAws, testDistribution, type TestAws } from '../support/local-aws.ts';
import { ANY_POP, createResolver, type ResolverSettings } from '../support/resolver.ts';

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
const listings = () => aws.log.list().filter(({ event }) => event === 'ListDistributions').length;

test.each([
  ['its own domain name', 'd1test.cloudfront.net'],
  ['an alias', 'www.example.com'],
  ['a wildcard alias', 'img.cdn.example.com'],
  ['a CNAME chain', 'linked.example.org'],
])('finds the distribution of a host by %s', async (_, host) => {
  distributions[0] = testDistribution({ aliases: ['www.example.com', '*.cdn.example.com'] });
  const resolve = createResolve({ cnames: { 'linked.example.org': 'd1test.cloudfront.net' } });

  const targets = await resolve([host]);

  expect(targets.hosts).toEqual({ [host]: { distribution: 0 } });
  expect(targets.distributions).toEqual([
    { id: 'E1TEST', domainName: 'd1test.cloudfront.net', hasOriginShield: false },
  ]);
});

test('prefers an exact alias to a wildcard, which stands for one label only', async () => {
  distributions[0] = testDistribution({ aliases: ['*.example.com'] });
  distributions.push(
    testDistribution({ id: 'E2', domainName: 'd2.cloudfront.net', aliases: ['www.example.com'] }),
  );

  const targets = await createResolve()(['www.example.com', 'a.example.com', 'a.b.example.com']);

  expect(targets.distributions.map(({ id }) => id)).toEqual(['E2', 'E1TEST']);
  expect(targets.hosts['a.b.example.com']).toEqual({
    refusal: containing('a.b.example.com has no CNAME'),
  });
});

test('reads every page of ListDistributions once for concurrent requests, and keeps it for minutes', async () => {
  for (let index = 0; index < 250; index += 1) {
    const names = { domainName: `x${index}.cloudfront.net`, aliases: [`x${index}.example.com`] };
    distributions.push(testDistribution({ id: `EX${index}`, ...names }));
  }
  let nowMs = 1_000_000;
  const resolve = createResolve({ now: () => nowMs });

  const both = await Promise.all([resolve(['x249.example.com']), resolve(['x3.example.com'])]);
  nowMs += 4 * 60_000;
  await resolve(['x100.example.com']);
  expect(listings()).toBe(3);
  nowMs += 2 * 60_000;
  await resolve(['x100.example.com']);

  expect(both.map((targets) => targets.distributions[0]?.id)).toEqual(['EX249', 'EX3']);
  expect(listings()).toBe(6);
});

test('lists again, before it refuses, when an alias may be newer than the list', async () => {
  let nowMs = 1_000_000;
  const resolve = createResolve({ now: () => nowMs });
  await resolve(['www.example.com']);
  distributions.push(
    testDistribution({ id: 'E2', domainName: 'd2.cloudfront.net', aliases: ['new.example.com'] }),
  );

  nowMs += 40_000;
  const targets = await resolve(['new.example.com']);

  expect(targets.distributions[0]?.id).toBe('E2');
});

test.each([
  [{ isEnabled: false }, 'is disabled'],
  [{ isStaging: true }, 'is a staging distribution'],
  [{ isTenantOnly: true }, 'multi-tenant template'],
])('refuses the hosts of a distribution that serves nobody: %o', async (state, reason) => {
  distributions[0] = testDistribution(state);

  const targets = await createResolve()(['www.example.com']);

  expect(targets.hosts['www.example.com']).toEqual({ refusal: containing(reason) });
  expect(targets.distributions).toEqual([]);
});

test('warns of a distribution being deployed, a price class without the POP, and no Origin Shield', async () => {
  distributions[0] = testDistribution({ isDeployed: false, priceClass: 'PriceClass_100' });

  const { warnings } = await createResolve()(['www.example.com']);

  expect(warnings).toEqual([
    containing('is being deployed'),
    containing('PriceClass_100, which leaves out NRT57-P3:'),
    containing('each of the 2 regional edge caches asks the origin once per URL'),
  ]);
});

test('tells that Origin Shield is on, and then warns of nothing', async () => {
  distributions[0] = testDistribution({ originShieldRegion: 'us-east-1' });

  const targets = await createResolve()(['www.example.com']);

  expect(targets.distributions[0]?.hasOriginShield).toBe(true);
  expect(targets.warnings).toEqual([]);
});

test('goes on without POPs that do not exist, and says why', async () => {
  const directory: EdgeDirectory = {
    resolve: async (pop) => {
      if (pop === 'FRA56-P1') throw new DirectoryError('SERVFAIL for FRA56-P1');
      return ANY_POP.resolve(pop, '');
    },
  };

  const targets = await createResolve({ directory })(['www.example.com']);

  expect(targets.livePops).toEqual([0]);
  expect(targets.failedPops).toEqual([{ pop: 'FRA56-P1', reason: 'SERVFAIL for FRA56-P1' }]);
});

test('fails, to be tried again, when the directory answers for no POP', async () => {
  const resolvePop = vi.fn<EdgeDirectory['resolve']>(async () => {
    throw new DirectoryError('no resolver');
  });

  const failed = createResolve({ directory: { resolve: resolvePop } })(['www.example.com']);

  await expect(failed).rejects.toThrow('no resolver');
  expect(resolvePop).toHaveBeenCalledTimes(2);
});

test('places 400 POPs and 500 hosts of one wildcard', async () => {
  distributions[0] = testDistribution({ aliases: ['*.example.com'] });
  const pops = Array.from({ length: 400 }, (_, index) => ({
    id: `AAA${index}`,
    area: 'eu-west-1',
  }));
  const hosts = Array.from({ length: 500 }, (_, index) => `h${index}.example.com`);

  const targets = await createResolve()(hosts, { pops });

  expect(targets.livePops).toHaveLength(400);
  expect(targets.distributions).toHaveLength(1);
  expect(Object.keys(targets.hosts)).toHaveLength(500);
});
