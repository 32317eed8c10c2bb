import {
  CreateInvalidationCommand,
  GetInvalidationCommand,
  ListDistributionsCommand,
  type CloudFrontClient,
} from '@aws-sdk/client-cloudfront';
import { afterEach, expect, test } from 'vitest';
import {
  startTestAws,
  testDistribution,
  type TestAws,
  type TestAwsSettings,
} from '../../support/local-aws.ts';

let aws: TestAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function start(settings?: TestAwsSettings): Promise<TestAws> {
  aws = await startTestAws(settings);
  return aws;
}

function create(client: CloudFrontClient, paths: string[], overrides: object = {}) {
  return client.send(
    new CreateInvalidationCommand({
      DistributionId: 'E1TEST',
      InvalidationBatch: {
        CallerReference: 'reference',
        Paths: { Quantity: paths.length, Items: paths },
        ...overrides,
      },
    }),
  );
}

const manyPaths = (count: number, prefix = '/p'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test('pages distributions by marker', async () => {
  const ids = ['E1', 'E2', 'E3', 'E4', 'E5'];
  const { cloudFront } = await start({
    pageSize: 2,
    distributions: ids.map((id) => testDistribution({ id, originShieldRegion: 'us-east-1' })),
  });

  const pages = [];
  let marker: string | undefined;
  do {
    const command = new ListDistributionsCommand(marker === undefined ? {} : { Marker: marker });
    const { DistributionList: list } = await cloudFront.send(command);
    pages.push(list?.Items?.map(({ Id }) => Id));
    marker = list?.NextMarker;
  } while (marker !== undefined);

  expect(pages).toEqual([['E1', 'E2'], ['E3', 'E4'], ['E5']]);
});

test('shows what tells distributions apart', async () => {
  const { cloudFront } = await start({
    distributions: [testDistribution({ originShieldRegion: 'us-east-1', isStaging: true })],
  });

  const { DistributionList: list } = await cloudFront.send(new ListDistributionsCommand());

  expect(list?.Items?.[0]).toMatchObject({
    Id: 'E1TEST',
    DomainName: 'd1test.cloudfront.net',
    Aliases: { Quantity: 1, Items: ['www.example.com'] },
    Origins: { Items: [{ OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' } }] },
    Status: 'Deployed',
    Staging: true,
    ConnectionMode: 'direct',
  });
});

test('completes an invalidation only after the caches are clear', async () => {
  let clear: (() => void) | undefined;
  const cleared: unknown[] = [];
  const { cloudFront } = await start({
    clearCaches: (distributionId, paths) =>
      new Promise((resolve) => {
        cleared.push(distributionId, ...paths);
        clear = resolve;
      }),
  });
  const created = await create(cloudFront, ['/a?x=1&y=2']);
  const get = new GetInvalidationCommand({
    DistributionId: 'E1TEST',
    Id: created.Invalidation?.Id,
  });

  const before = await cloudFront.send(get);
  clear?.();

  expect(created.Invalidation?.Status).toBe('InProgress');
  expect(before.Invalidation?.Status).toBe('InProgress');
  const status = async () => (await cloudFront.send(get)).Invalidation?.Status;
  await expect.poll(status).toBe('Completed');
  expect(cleared).toEqual(['E1TEST', '/a?x=1&y=2']);
});

test('answers a known CallerReference with the invalidation it has, or refuses other paths', async () => {
  const { cloudFront, invalidations } = await start();

  const first = await create(cloudFront, ['/a', '/b']);
  const second = await create(cloudFront, ['/b', '/a']);
  const other = create(cloudFront, ['/c']);

  expect(second.Invalidation?.Id).toBe(first.Invalidation?.Id);
  await expect(other).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidationBatchAlreadyExists' }),
  );
  expect(invalidations.list()).toHaveLength(1);
});

test.each([
  ['a path without a leading slash', ['a'], 'InvalidArgument'],
  ['a path with * inside', ['/a*b'], 'InvalidArgument'],
  ['a path over 4,000 characters', [`/${'a'.repeat(4_000)}`], 'InvalidArgument'],
  ['a path that is not URL-encoded', ['/ü'], 'InvalidArgument'],
  ['a path given twice', ['/a', '/a'], 'InvalidArgument'],
  ['more than 3,000 paths', manyPaths(3_001), 'BatchTooLarge'],
])('refuses %s', async (_, paths, code) => {
  const { cloudFront } = await start();

  const refused = create(cloudFront, paths);

  await expect(refused).rejects.toThrow(expect.objectContaining({ name: code }));
});

test('refuses a batch that counts its paths wrongly', async () => {
  const { cloudFront } = await start();

  const refused = create(cloudFront, [], { Paths: { Quantity: 2, Items: ['/a'] } });

  const inconsistent: unknown = expect.objectContaining({ name: 'InconsistentQuantities' });
  await expect(refused).rejects.toThrow(inconsistent);
});

test('refuses more than 3,000 paths or 15 wildcards in progress on one distribution', async () => {
  const distributions = [testDistribution(), testDistribution({ id: 'E2TEST' })];
  const { cloudFront } = await start({ invalidationDelayMs: 60_000, distributions });
  await create(cloudFront, manyPaths(3_000), { CallerReference: 'full' });
  const wildcards = manyPaths(16).map((path) => `${path}*`);
  await create(cloudFront, wildcards.slice(0, 15), { CallerReference: 'wildcards' });

  const onePath = create(cloudFront, ['/more'], { CallerReference: 'one more' });
  const oneWildcard = create(cloudFront, ['/more*'], { CallerReference: 'one more wildcard' });
  const elsewhere = cloudFront.send(
    new CreateInvalidationCommand({
      DistributionId: 'E2TEST',
      InvalidationBatch: { CallerReference: 'r', Paths: { Quantity: 1, Items: ['/a'] } },
    }),
  );

  const tooMany: unknown = expect.objectContaining({ name: 'TooManyInvalidationsInProgress' });
  await expect(onePath).rejects.toThrow(tooMany);
  await expect(oneWildcard).rejects.toThrow(tooMany);
  await expect(elsewhere).resolves.toBeDefined();
});

test('knows neither other distributions nor other invalidations', async () => {
  const { cloudFront } = await start();

  const distribution = cloudFront.send(
    new GetInvalidationCommand({ DistributionId: 'E0', Id: 'I0' }),
  );
  const invalidation = cloudFront.send(
    new GetInvalidationCommand({ DistributionId: 'E1TEST', Id: 'I0' }),
  );

  await expect(distribution).rejects.toThrow(
    expect.objectContaining({ name: 'NoSuchDistribution' }),
  );
  await expect(invalidation).rejects.toThrow(
    expect.objectContaining({ name: 'NoSuchInvalidation' }),
  );
});

test('refuses a call without a signature', async () => {
  const { url } = await start();

  const answer = await fetch(`${url}/2020-05-31/distribution`);

  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('MissingAuthenticationToken');
});

test('shows a fault as often as its rule says, and cuts the answer after doing the work', async () => {
  const { cloudFront, faults, invalidations } = await start();
  faults.add({ action: 'CreateInvalidation', code: 'Throttling', message: 'slower', times: 1 });
  faults.add({ action: 'CreateInvalidation', cutsAnswer: true, times: 1 });

  const throttled = create(cloudFront, ['/a']);
  await expect(throttled).rejects.toThrow(expect.objectContaining({ name: 'Throttling' }));
  const cut = create(cloudFront, ['/a']);
  await expect(cut).rejects.toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
  const known = await create(cloudFront, ['/a']);

  expect(known.Invalidation?.Id).toBe(invalidations.list()[0]?.id);
});
