import { expect, test } from 'vitest';

import { normaliseEncoding } from '../../../local/edge/cache-key.ts';
import { createDistributions, type CacheBehaviour } from '../../../local/edge/distribution.ts';
import { timeToLiveSeconds } from '../../../local/edge/freshness.ts';
import { SAMPLE_DISTRIBUTIONS } from '../../../local/edge/sample-distributions.ts';

type Row = [Omit<CacheBehaviour, 'pathPattern'>, number, string, number | undefined];

function ttl([behaviour, ...answer]: [Row[0], number, string]): number | undefined {
  const [template] = SAMPLE_DISTRIBUTIONS;
  if (template === undefined) throw new Error('There is no sample distribution');
  const behaviours = [{ pathPattern: '*', ...behaviour }];
  const [distribution] = createDistributions([{ ...template, behaviours }]).all;
  if (distribution === undefined) throw new Error('There is no distribution');
  return timeToLiveSeconds(distribution.behaviourFor('/'), ...answer);
}

test.each<Row>([
  [{}, 200, '', 86_400],
  [{}, 200, 'max-age=60', 60],
  [{}, 200, 'max-age=60, s-maxage=30', 30],
  [{ minTtlSeconds: 90 }, 200, 'max-age=60', 90],
  [{ maxTtlSeconds: 30 }, 200, 'max-age=60', 30],
  [{ maxTtlSeconds: 0 }, 200, 'max-age=60', undefined],
  [{ caching: 'disabled' }, 200, 'max-age=60', undefined],
  [{}, 200, 'private, max-age=60', undefined],
  [{}, 200, 'no-store', undefined],
  [{ minTtlSeconds: 5 }, 200, 'no-store', 5],
  [{}, 404, 'max-age=60', 10],
  [{ errorCachingTtlSeconds: 0 }, 500, '', undefined],
])('under %j keeps an answer %i with "%s" for %s seconds', (...row) => {
  const [behaviour, status, header, seconds] = row;

  expect(ttl([behaviour, status, header])).toBe(seconds);
});

test.each([
  [undefined, ''],
  ['identity', ''],
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br, zstd', 'br,gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['gzip;q=0, br;q=0.0', ''],
])('normalises Accept-Encoding %s to "%s"', (header, expected) => {
  expect(normaliseEncoding(header)).toBe(expected);
});

test('finds a distribution by an exact name before a wildcard of one label', () => {
  const [first, second] = SAMPLE_DISTRIBUTIONS;
  if (first === undefined || second === undefined) throw new Error('There are too few samples');
  const { findByHost } = createDistributions([
    { ...first, aliases: ['*.example.com'] },
    { ...second, aliases: ['www.example.com'] },
  ]);

  const ids = ['www.example.com', 'a.example.com', 'b.a.example.com'].map(
    (host) => findByHost(host)?.settings.id,
  );
  expect(ids).toEqual([second.id, first.id, undefined]);
});
