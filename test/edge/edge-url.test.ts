import { expect, test } from 'vitest';
import { edgeUrl } from '../../edge/edge-url.ts';

test.each([
  ['https://a.test/b/c?d=e', ['https', 'a.test', 'a.test', '/b/c?d=e']],
  ['http://a.test:8080/', ['http', 'a.test:8080', 'a.test', '/']],
  ['https://a.test', ['https', 'a.test', 'a.test', '/']],
  ['https://[::1]:8443/a', ['https', '[::1]:8443', '::1', '/a']],
  ["https://a.test/it's?q=it's//here", ['https', 'a.test', 'a.test', "/it's?q=it's//here"]],
])('splits %s', (url, [scheme, host, hostname, path]) => {
  const text = `${scheme}://${host}`;

  expect(edgeUrl(url)).toEqual({ text: url, origin: { text, scheme, host, hostname }, path });
});

test('parses an origin once', () => {
  expect(edgeUrl('https://once.test/a').origin).toBe(edgeUrl('https://once.test/b').origin);
});

test.each([
  'ftp://a.test/b',
  'https://user@a.test/b',
  'https://:password@a.test/b',
  'https://a.test?b=/c',
  'https://A.test/b',
  'https://a.test:443/b',
  'a.test/b',
  '',
])('refuses %j, which is not normalised', (url) => {
  expect(() => edgeUrl(url)).toThrow(TypeError);
});
