import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { sampleUrls } from '../../../local/edge/sample-site.ts';
import { curl } from './curl.ts';
import { startSimulation, verdict, type Simulation } from './simulation.ts';

let simulation: Simulation;

beforeAll(async () => {
  simulation = await startSimulation();
});

afterAll(() => simulation.stop());

beforeEach(() => simulation.cloudFront.reset());

const POP = 'NRT57-P3';
const SITE = 'https://www.example.com';

test('serves the whole sample site, with the sizes that it promises', async () => {
  const answers = await Promise.all(sampleUrls().map((url) => simulation.get(POP, url)));

  expect(answers.map(({ exitCode, status }) => `${exitCode} ${status}`)).toEqual(
    Array.from({ length: 24 }, () => '0 200'),
  );
  const { items: held } = simulation.cloudFront.inspect.caches({ kind: 'regional' });
  expect(held.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)).toBe(22_437_624);
});

test('carries the headers that every CloudFront answer has', async () => {
  const { headers } = await simulation.get(POP, `${SITE}/index.html`);

  expect(headers).toMatchObject({
    'content-length': ['14336'],
    'x-cache': ['Miss from cloudfront'],
    'x-amz-cf-pop': [POP],
    'x-amz-cf-id': [expect.stringMatching(/^[\w-]{54}==$/)],
    via: [expect.stringMatching(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/)],
    'content-type': ['text/html; charset=utf-8'],
  });
});

test('names upstream layer and times in Server-Timing on a miss', async () => {
  const { headers } = await simulation.get(POP, `${SITE}/sizes/10`);

  expect(headers['server-timing']?.[0]).toMatch(
    /^cdn-upstream-layer;desc="REC",cdn-upstream-dns;dur=\d+,cdn-upstream-connect;dur=\d+,cdn-upstream-fbl;dur=\d+,cdn-cache-miss,cdn-pop;desc="NRT57-P3",cdn-rid;desc="[\w=-]+",cdn-downstream-fbl;dur=\d+$/,
  );
});

test('names the hit layer in Server-Timing on a hit', async () => {
  await simulation.get(POP, `${SITE}/sizes/10`);

  const { headers } = await simulation.get(POP, `${SITE}/sizes/10`);

  expect(headers['server-timing']?.[0]).toMatch(
    /^cdn-cache-hit,cdn-pop;desc="NRT57-P3",cdn-rid;desc="[\w=-]+",cdn-hit-layer;desc="REC",cdn-downstream-fbl;dur=\d+$/,
  );
});

test.each([
  ['the viewer does not ask for it', `${SITE}/sizes/10`, 'Pragma: no-cache'],
  ['the behaviour has no policy', `${SITE}/no-timing/a`, 'Pragma: server-timing'],
  ['the distribution has none', 'https://static.example.com/sizes/10', 'Pragma: server-timing'],
])('sends no Server-Timing where %s', async (_why, url, header) => {
  const { headers } = await curl([...simulation.reach(POP), '--header', header, url]);

  expect(headers['x-cache']).toEqual(['Miss from cloudfront']);
  expect(headers['server-timing']).toBeUndefined();
});

test('answers a name of no distribution with an error page of its own', async () => {
  const answer = await simulation.get(POP, 'http://nobody.example.org/a');

  expect([answer.status, verdict(answer)]).toEqual([403, 'Error']);
  expect(answer.headers['server']).toEqual(['CloudFront']);
});

test('shows a certificate that names of no distribution do not fit', async () => {
  const answer = await simulation.get(POP, 'https://nobody.example.org/a');

  expect(answer.exitCode).toBe(60);
});

test('redirects to https where the viewer protocol policy says so', async () => {
  const answer = await simulation.get(POP, 'http://www.example.com/secure/a?b=1');

  expect([answer.status, verdict(answer)]).toEqual([301, 'Redirect']);
  expect(answer.headers['location']).toEqual([`${SITE}/secure/a?b=1`]);
  expect(simulation.cloudFront.inspect.origin().total).toBe(0);
});

test('refuses http where only https is allowed', async () => {
  const answer = await simulation.get(POP, 'http://www.example.com/https-only/a');

  expect([answer.status, verdict(answer)]).toEqual([403, 'Error']);
});

test('refuses methods that read nothing', async () => {
  const answer = await simulation.get(POP, `${SITE}/sizes/10`, '--data', 'x');

  expect(answer.status).toBe(403);
});

test('sends a body without Content-Length where the origin does', async () => {
  const answer = await simulation.get(POP, `${SITE}/chunked/1000000`);

  expect(answer.bodyBytes).toBe(1_000_000);
  expect(answer.headers['transfer-encoding']).toEqual(['chunked']);
  expect(answer.headers['content-length']).toBeUndefined();
});

test('answers an empty body as any other', async () => {
  const seen = [
    await simulation.get(POP, `${SITE}/empty.txt`),
    await simulation.get(POP, `${SITE}/empty.txt`),
    await simulation.get(POP, `${SITE}/empty.txt`),
  ];

  expect(seen.map(verdict)).toEqual(['Miss', 'Hit REC', 'Hit EDGE']);
  expect(seen.map(({ bodyBytes }) => bodyBytes)).toEqual([0, 0, 0]);
});

test('refuses a Range outside the object, and ignores one that is malformed', async () => {
  const outside = await simulation.get(POP, `${SITE}/sizes/10`, '--range', '10-20');
  const malformed = await simulation.get(POP, `${SITE}/sizes/10`, '--header', 'Range: bytes=5-2');

  expect([outside.status, malformed.status]).toEqual([416, 200]);
});

test('closes the connection when the viewer wants that', async () => {
  const { headers } = await simulation.get(
    POP,
    `${SITE}/sizes/10`,
    '--header',
    'Connection: close',
  );

  expect(headers['connection']).toEqual(['close']);
});
