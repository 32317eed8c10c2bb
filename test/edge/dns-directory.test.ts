import { afterEach, expect, test } from 'vitest';
import { createDnsDirectory, type DnsDirectoryOptions } from '../../edge/dns-directory.ts';
import { isPublicAddress } from '../../edge/public-address.ts';
import { startDnsStub, type DnsAnswer, type DnsStub } from './support/dns-stub.ts';

const DOMAIN = 'd111111abcdef8.cloudfront.net';
const stubs: DnsStub[] = [];

afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.close();
});

async function directoryOn(
  answer: (name: string) => DnsAnswer,
  options: Partial<DnsDirectoryOptions> = {},
) {
  const stub = await startDnsStub(answer);
  stubs.push(stub);
  const directory = createDnsDirectory({
    suffix: 'cloudfront.net',
    servers: [stub.server],
    timeoutMs: 200,
    ...options,
  });
  return { stub, directory };
}

const FOUR = ['18.64.211.96', '18.64.211.10', '18.64.211.126', '18.64.211.73'];

test('asks for the POP name of the distribution and gives ports by scheme, in a stable order', async () => {
  const { stub, directory } = await directoryOn(() => ({ addresses: FOUR }));

  const resolution = await directory.resolve('FRA56-P16', DOMAIN);

  expect(stub.asked).toEqual(['d111111abcdef8.fra56-p16.cloudfront.net']);
  const hosts = FOUR.toSorted();
  expect(resolution).toEqual({
    isFound: true,
    addresses: {
      https: hosts.map((host) => ({ host, port: 443 })),
      http: hosts.map((host) => ({ host, port: 80 })),
    },
  });
});

test('begins with another address on another worker', async () => {
  const { directory } = await directoryOn(() => ({ addresses: FOUR }), { spread: 0.5 });

  expect(await directory.resolve('FRA56-P16', DOMAIN)).toMatchObject({
    addresses: { https: [{ host: '18.64.211.73' }, {}, {}, {}] },
  });
});

test('asks once for all who wait, and again when the TTL has passed', async () => {
  const clock = { nowMs: 0 };
  const { stub, directory } = await directoryOn(() => ({ addresses: FOUR, ttlSeconds: 60 }), {
    now: () => clock.nowMs,
  });
  const ask = () => directory.resolve('FRA56-P16', DOMAIN);

  await Promise.all([ask(), ask(), ask()]);
  clock.nowMs = 59_000;
  await ask();
  const before = stub.asked.length;
  clock.nowMs = 61_000;
  await ask();

  expect([before, stub.asked.length]).toEqual([1, 2]);
});

test.each<[string, DnsAnswer, string]>([
  ['NXDOMAIN', { code: 3 }, 'd111111abcdef8.zzz9-c1.cloudfront.net does not resolve (NXDOMAIN)'],
  [
    'an empty answer',
    { addresses: [] },
    'd111111abcdef8.zzz9-c1.cloudfront.net does not resolve (no A record)',
  ],
])('knows from %s that there is no such POP', async (_what, answer, reason) => {
  const { directory } = await directoryOn(() => answer);

  expect(await directory.resolve('ZZZ9-C1', DOMAIN)).toEqual({ isFound: false, reason });
});

test('asks again when the server fails, and then goes on', async () => {
  let failures = 2;
  const { stub, directory } = await directoryOn(() =>
    failures-- > 0 ? { code: 2 } : { addresses: FOUR },
  );

  expect(await directory.resolve('FRA56-P16', DOMAIN)).toMatchObject({ isFound: true });
  expect(stub.asked.length).toBe(3);
});

test.each<[string, DnsAnswer]>([
  ['fails', { code: 2 }],
  ['is silent', 'silence'],
])('gives up when the server %s each time, and remembers nothing', async (_what, answer) => {
  const { directory } = await directoryOn(() => answer);

  await expect(directory.resolve('FRA56-P16', DOMAIN)).rejects.toMatchObject({
    name: 'DirectoryError',
  });
  await expect(directory.resolve('FRA56-P16', DOMAIN)).rejects.toThrow(/did not answer for/);
});

test('refuses a POP whose addresses are private, and drops single private ones', async () => {
  const { directory } = await directoryOn((name) => ({
    addresses: name.includes('fra')
      ? ['169.254.169.254', '127.0.0.1']
      : ['10.1.2.3', FOUR[0] ?? ''],
  }));

  expect(await directory.resolve('FRA56-P16', DOMAIN)).toEqual({
    isFound: false,
    reason:
      'd111111abcdef8.fra56-p16.cloudfront.net resolves to 169.254.169.254, 127.0.0.1, which is no public address',
  });
  expect(await directory.resolve('NRT57-P3', DOMAIN)).toMatchObject({
    addresses: { https: [{ host: FOUR[0] }] },
  });
});

test('uses the suffix of the partition', async () => {
  const { stub, directory } = await directoryOn(() => ({ addresses: FOUR }), {
    suffix: 'cloudfront.cn',
  });
  await directory.resolve('PVG52-E1', 'd1234.cloudfront.cn');

  expect(stub.asked).toEqual(['d1234.pvg52-e1.cloudfront.cn']);
});

test.each([
  '0.0.0.0',
  '10.255.0.1',
  '100.64.0.1',
  '127.1.2.3',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.1.1',
  '198.19.0.1',
  '224.0.0.1',
  '255.255.255.255',
])('knows that %s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['18.64.211.10', '172.32.0.1', '100.128.0.1', '192.167.255.255'])(
  'knows that %s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);
