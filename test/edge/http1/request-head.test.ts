import { expect, test } from 'vitest';
import { edgeUrl } from '../../../edge/edge-url.ts';
import type { EngineRequest } from '../../../edge/engine.ts';
import { writeRequestHead } from '../../../edge/http1/request-head.ts';

const DEADLINES = {
  connectMs: 1_000,
  firstByteMs: 1_000,
  idleMs: 1_000,
  totalMs: 1_000,
  minimumBytesPerSecond: 1,
};

const ACCEPT = [['Accept', '*/*']] as const;

const request = (what: Pick<EngineRequest, 'url' | 'method' | 'headers'>): EngineRequest => ({
  ...what,
  address: { host: '127.0.0.1', port: 443 },
  deadlines: DEADLINES,
  signal: new AbortController().signal,
});

test('writes the head anew where the next request for a URL has another method or other headers', () => {
  const url = edgeUrl('https://d111111abcdef8.cloudfront.net/a?b');
  const range = [...ACCEPT, ['Range', 'bytes=0-0']] as const;

  const heads = [
    request({ url, method: 'GET', headers: ACCEPT }),
    request({ url, method: 'GET', headers: ACCEPT }),
    request({ url, method: 'HEAD', headers: ACCEPT }),
    request({ url, method: 'GET', headers: range }),
    request({ url, method: 'GET', headers: ACCEPT }),
  ].map(writeRequestHead);

  const rest = ' /a?b HTTP/1.1\r\nHost: d111111abcdef8.cloudfront.net\r\nAccept: */*\r\n';
  const get = `GET${rest}\r\n`;
  expect(heads).toEqual([get, get, `HEAD${rest}\r\n`, `GET${rest}Range: bytes=0-0\r\n\r\n`, get]);
});

test('refuses a header each time, also where the URL was sent before', () => {
  const url = edgeUrl('https://d111111abcdef8.cloudfront.net/a');
  writeRequestHead(request({ url, method: 'GET', headers: ACCEPT }));
  const forged = request({ url, method: 'GET', headers: [['X', 'a\r\nHost: b']] });

  expect(() => writeRequestHead(forged)).toThrow(/not visible ASCII/);
  expect(() => writeRequestHead(forged)).toThrow(/not visible ASCII/);
});
