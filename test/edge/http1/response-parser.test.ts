import { expect, test } from 'vitest';
import { ProtocolError } from '../../../edge/http1/protocol-error.ts';
import { ResponseParser } from '../../../edge/http1/response-parser.ts';

function read(text: string, method: 'GET' | 'HEAD' = 'GET'): ResponseParser {
  const parser = new ResponseParser(method);
  const bytes = Buffer.from(text, 'latin1');
  parser.feed(bytes, bytes.length);
  return parser;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

test.each([
  ['Content-Length', `${OK}Content-Length: 3\r\n\r\nabc`, 3],
  ['a length of zero', `${OK}Content-Length: 0\r\n\r\n`, 0],
  ['a length with leading zeros', `${OK}Content-Length: 0003\r\n\r\nabc`, 3],
  ['chunks', `${CHUNKED}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`, 13],
  ['a chunked coding in capitals', `${OK}Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`, 1],
  ['chunk extensions', `${CHUNKED}1;a;b=c;d="e;\\" f"\r\nx\r\n0;z\r\n\r\n`, 1],
  ['trailers', `${CHUNKED}1\r\nx\r\n0\r\nX-Checksum: 1\r\nX-Other:\r\n\r\n`, 1],
  ['an interim answer before it', `HTTP/1.1 100 \r\n\r\n${OK}Content-Length: 1\r\n\r\nx`, 1],
  ['obs-text in a value', `${OK}X-Text: caf\xe9\r\nContent-Length: 1\r\n\r\nx`, 1],
  ['no reason', 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx', 1],
])('completes a body with %s', (_name, text, bodyBytes) => {
  expect(read(text)).toMatchObject({ isComplete: true, bodyBytes });
});

test('leaves what comes after the answer, and says where it begins', () => {
  const bytes = Buffer.from(`${OK}Content-Length: 1\r\n\r\nxyz`);

  const usedBytes = new ResponseParser('GET').feed(bytes, bytes.length);

  expect(bytes.subarray(usedBytes).toString()).toBe('yz');
});

test('trims blanks around a value and keeps those within', () => {
  const { head } = read(`${OK}X-A: \t b  c \t\r\nX-Empty:\r\n\r\n`);

  expect(head?.fields.get('x-a')).toEqual(['b  c']);
  expect(head?.fields.get('x-empty')).toEqual(['']);
  expect(head?.fields.get('x')).toBeUndefined();
});

test.each([
  ['both Transfer-Encoding and Content-Length', 'Transfer-Encoding: chunked\r\nContent-Length: 1'],
  ['two different lengths', 'Content-Length: 1\r\nContent-Length: 2'],
  ['two equal lengths', 'Content-Length: 1\r\nContent-Length: 1'],
  ['a list of lengths', 'Content-Length: 1, 1'],
  ['a signed length', 'Content-Length: +1'],
  ['a length past 2^53', 'Content-Length: 9007199254740993'],
  ['a transfer coding beside chunked', 'Transfer-Encoding: gzip, chunked'],
  ['a transfer coding other than chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
  ['a folded line', 'X-A: b\r\n c'],
  ['a blank before the colon', 'X-A : b'],
  ['a line without a colon', 'X-A'],
  ['an empty name', ': b'],
  ['a NUL', 'X-A: b\0'],
  ['a bare CR', 'X-A: b\rc'],
  ['a bare LF', 'X-A: b\nX-C: d'],
  ['a header block past 64 KiB', `X-A: ${'b'.repeat(65_536)}`],
  ['more than 200 lines', Array.from({ length: 201 }, () => 'X: y').join('\r\n')],
])('refuses %s', (_name, lines) => {
  expect(() => read(`${OK}${lines}\r\n\r\nx`)).toThrow(ProtocolError);
});

test('refuses Transfer-Encoding in HTTP/1.0', () => {
  expect(() => read('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')).toThrow('§6.1');
});

test('takes a header block of exactly 64 KiB and of exactly 200 lines', () => {
  const filler = 'b'.repeat(65_536 - `${OK}X-A: \r\n\r\n`.length);
  const lines = Array.from({ length: 200 }, () => 'X: y').join('\r\n');

  expect(read(`${OK}X-A: ${filler}\r\n\r\n`).head?.status).toBe(200);
  expect(read(`${OK}${lines}\r\n\r\n`).head?.fields.get('x')).toHaveLength(200);
});

test.each([
  'HTTP/1.1 200\r\n',
  'HTTP/1.1  200 OK\r\n',
  'HTTP/1.1 2000 OK\r\n',
  'HTTP/1.1 099 OK\r\n',
  'HTTP/1.1 600 OK\r\n',
  'HTTP/1.1 200 O\0K\r\n',
  'HTTP/1.2 200 OK\r\n',
  'HTTP/2 200 OK\r\n',
  'http/1.1 200 OK\r\n',
  '\r\nHTTP/1.1 200 OK\r\n',
  'HTTP/1.1 200 OK\n',
  'SSH-2.0-OpenSSH_9.9\r\n',
])('refuses the status line %j', (line) => {
  expect(() => read(`${line}\r\n`)).toThrow(ProtocolError);
});

test('refuses another protocol at its first bytes, without waiting for a header block', () => {
  expect(() => read('SSH-2.0')).toThrow('not an HTTP/1.x answer');
  expect(() => read('HTTP/1.1 200 OK\nServer')).toThrow('bare LF');
});

test.each([
  ['no digit', '\r\n'],
  ['a letter that is no digit', 'g\r\n'],
  ['a sign', '-1\r\n'],
  ['a prefix', '0x1\r\n'],
  ['a blank before', ' 1\r\n'],
  ['a blank after', '1 \r\n'],
  ['fourteen digits', '10000000000000\r\n'],
  ['an unfinished extension', '1;\r\n'],
  ['a quoted extension that never ends', '1;a="b\r\n'],
  ['a control character in an extension', '1;a=\x01\r\n'],
  ['an endless line', `1;${'e'.repeat(5_000)}`],
  ['a bare LF', '1\nx'],
  ['data longer than the size', '1\r\nxy\r\n'],
  ['data followed by a bare LF', '1\r\nx\n'],
  ['a folded trailer', '0\r\nX-A: b\r\n c\r\n\r\n'],
  ['a trailer without a colon', '0\r\nX-A\r\n\r\n'],
  ['trailers past 16 KiB', `0\r\n${`X-A: ${'b'.repeat(1_000)}\r\n`.repeat(17)}`],
  ['more than 200 trailers', `0\r\n${'X:\r\n'.repeat(201)}`],
  ['extensions past 16 KiB', `1;${'e'.repeat(4_000)}\r\nx\r\n`.repeat(5)],
])('refuses a chunked body with %s', (_name, body) => {
  expect(() => read(CHUNKED + body)).toThrow(ProtocolError);
});

test('counts the largest chunk size it takes without losing exactness', () => {
  const parser = read(`${CHUNKED}FFFFFFFFFFFFF\r\nabc`);

  expect(parser).toMatchObject({ bodyBytes: 3, isComplete: false });
  expect(parser.endOfConnection()).toBe('truncated');
});

test('skips ten interim answers and refuses the eleventh', () => {
  const interim = 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n';
  const final = `${OK}Content-Length: 0\r\n\r\n`;

  expect(read(interim.repeat(10) + final)).toMatchObject({ isComplete: true });
  expect(() => read(interim.repeat(11) + final)).toThrow('interim');
});

test('refuses status 101, which answers an Upgrade that was never sent', () => {
  expect(() => read('HTTP/1.1 101 Switching Protocols\r\n\r\n')).toThrow('101');
});

test.each([
  ['GET', '204 No Content'],
  ['GET', '304 Not Modified'],
  ['HEAD', '200 OK'],
] as const)('reads no body of %s with %s', (method, status) => {
  const parser = read(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n`, method);

  expect(parser).toMatchObject({ isComplete: true, bodyBytes: 0, framing: { statedBytes: 5 } });
});

test.each([
  ['before the head', 'HTTP/1.1 200', 'no-answer'],
  ['after an interim answer', 'HTTP/1.1 100 \r\n\r\n', 'no-answer'],
  ['within a stated length', `${OK}Content-Length: 2\r\n\r\nx`, 'truncated'],
  ['before the last chunk', `${CHUNKED}1\r\nx\r\n`, 'truncated'],
  ['before the end of the trailers', `${CHUNKED}0\r\n`, 'truncated'],
  ['in a body without a length', `${OK}\r\nx`, 'complete'],
])('knows what the end of a connection means %s', (_name, text, end) => {
  expect(read(text).endOfConnection()).toBe(end);
});

test.each([
  ['HTTP/1.1', OK, true],
  ['HTTP/1.1 with close', `${OK}Connection: Close\r\n`, false],
  ['HTTP/1.1 with close in a list', `${OK}Connection: x, close\r\n`, false],
  ['HTTP/1.1 with close in a second line', `${OK}Connection: x\r\nConnection: close\r\n`, false],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n', false],
  ['HTTP/1.0 with keep-alive', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n', true],
])('knows whether %s keeps the connection', (_name, head, keeps) => {
  expect(read(`${head}Content-Length: 0\r\n\r\n`).keepsConnection).toBe(keeps);
});
