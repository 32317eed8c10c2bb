import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { invalidationRuleBrokenBy, normaliseUrl } from '../../domain/urls.ts';

test.each([
  ['https://www.example.com/index.html', 'https://www.example.com/index.html'],
  ['  https://www.example.com/a \n', 'https://www.example.com/a'],
  ['HTTPS://WWW.Example.COM/CaSe', 'https://www.example.com/CaSe'],
  ['http://www.example.com', 'http://www.example.com/'],
  ['https://www.example.com?x=1', 'https://www.example.com/?x=1'],
  ['https://www.example.com:443/a', 'https://www.example.com/a'],
  ['http://www.example.com:80/a', 'http://www.example.com/a'],
  ['https://www.example.com:/a', 'https://www.example.com/a'],
  ['https://www.example.com./a', 'https://www.example.com/a'],
  ['https://www.example.com/a b(1).jpg', 'https://www.example.com/a%20b%281%29.jpg'],
  ['https://www.example.com/a%20b%281%29', 'https://www.example.com/a%20b%281%29'],
  ['https://www.example.com/a#top', 'https://www.example.com/a'],
  ['https://www.example.com/a?b#?c', 'https://www.example.com/a?b'],
  ['https://www.example.com/a/../b/./c', 'https://www.example.com/b/c'],
  ['https://www.example.com//a//b', 'https://www.example.com//a//b'],
  ['https://www.example.com/é', 'https://www.example.com/%C3%A9'],
  ["https://www.example.com/?q='(a)|%zz&&=[]", "https://www.example.com/?q='(a)|%zz&&=[]"],
  ['https://www.example.com/?q=a b<é>"', 'https://www.example.com/?q=a%20b%3C%C3%A9%3E%22'],
  ['https://www.example.com/a?', 'https://www.example.com/a?'],
  ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
  ['https://a_b.example.com/', 'https://a_b.example.com/'],
])('brings %j into its form', (text, url) => {
  expect(normaliseUrl(text)).toMatchObject({ ok: true, url });
});

test.each([
  ['', 'must not be empty'],
  ['   ', 'must not be empty'],
  ['www.example.com/a', 'must begin with http:// or https://'],
  ['//www.example.com/a', 'must begin with http:// or https://'],
  ['ftp://www.example.com/a', 'must begin with http:// or https://'],
  ['https:/www.example.com/a', 'must begin with http:// or https://'],
  ['https:///a', 'must name a host'],
  ['https://user:secret@www.example.com/a', 'must not hold a user name or password'],
  ['https://www.example.com:8443/a', 'must use port 443'],
  ['http://www.example.com:443/a', 'must use port 80'],
  ['https://www.example.com:x/a', 'must name a domain'],
  ['https://localhost/a', 'must name a domain'],
  ['https://192.0.2.1/a', 'not an address'],
  ['https://0x7f.1/a', 'not an address'],
  ['https://[2001:db8::1]/a', 'must name a domain'],
  ['https://-.example.com/a', 'must name a domain'],
  ['https://exa mple.com/a', 'must name a domain'],
  ['https://www.example.com/a\tb', 'control characters'],
  ['https://www.example.com/\ud800', 'well-formed'],
  [`https://www.example.com/${'a'.repeat(8_192)}`, 'at most 8192 bytes'],
  [`https://www.example.com/${'é'.repeat(2_000)}`, 'at most 8192 bytes'],
])('refuses %j', (text, rule) => {
  const result = normaliseUrl(text);

  expect(result.ok ? result.url : result.rule).toContain(rule);
});

test('normalising twice changes nothing, and any text either passes or is refused', () => {
  const text = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(fc.constant('https://www.example.com/'), fc.string({ unit: 'binary' }))
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (given) => {
      const once = normaliseUrl(given);
      const twice = once.ok ? normaliseUrl(once.url) : once;

      expect(twice).toEqual(once);
      expect(once.ok ? once.url : 'https://h/').toMatch(/^https?:\/\/[^/\s]+\/[!-~]*$/);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['https://www.example.com/a*b', undefined],
  ['https://www.example.com/a*', 'must not end with *'],
  ['https://www.example.com/a?b*', 'must not end with *'],
  [`https://www.example.com/${'a'.repeat(4_000)}`, 'at most 4000 characters'],
])('checks %s for an invalidation', (url, rule) => {
  const broken = invalidationRuleBrokenBy(url);

  expect(rule === undefined ? broken === undefined : broken?.includes(rule)).toBe(true);
});
