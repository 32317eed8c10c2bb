import { expect, test } from 'vitest';
import { UrlHosts } from '../../domain/url-hosts.ts';

const URLS = [
  'https://a.example/1',
  'https://a.example/2?x=/',
  'https://a.example.net/1',
  'http://a.example:8080/1',
  'https://a.example?x=/1',
  'https://a.example?x=/2',
  'https://b.example',
  'https://b.example.net',
  'https://a.example/3',
];

test('gives each URL its own host, whatever the one before had', () => {
  const hosts = new UrlHosts(URLS);

  expect(URLS.map((_, row) => hosts.of(row))).toEqual([
    'a.example',
    'a.example',
    'a.example.net',
    'a.example:8080',
    'a.example',
    'a.example',
    'b.example',
    'b.example.net',
    'a.example',
  ]);
});

test('gives the hosts of some URLs once, in their order', () => {
  const hosts = new UrlHosts(URLS);

  expect([...hosts.among([6, 0, 1, 6, 8])]).toEqual(['b.example', 'a.example']);
});
