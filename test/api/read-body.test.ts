import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { answerClientErrors } from '../../api/http/client-errors.ts';
import type { ApiEnv } from '../../api/http/context.ts';
import { createErrorHandler } from '../../api/http/errors.ts';
import { type BodyLimits, readJsonBody } from '../../api/http/read-body.ts';
import { containing } from './stub/matchers.ts';

const LIMITS: BodyLimits = { maximumBytes: 1_000, idleMs: 200, totalMs: 400 };
const open: { server: Server; sockets: Socket[] }[] = [];

afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers with the length of the JSON it read, over real sockets. */
async function startServer(limits: BodyLimits = LIMITS) {
  const app = new Hono<ApiEnv>();
  app.onError(createErrorHandler({ logger: pino({ level: 'silent' }), now: Date.now }));
  app.post('/prewarm', async (context) => {
    const { bytes } = await readJsonBody(context, limits);
    return context.json({ bytes: bytes.length });
  });
  const listener = getRequestListener(app.fetch);
  const server = createServer((call, answer) => void listener(call, answer));
  answerClientErrors(server, Date.now);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const sockets: Socket[] = [];
  const opened = { server, sockets };
  open.push(opened);
  return {
    url: `http://127.0.0.1:${port}/prewarm`,
    /** Sends raw bytes and returns all that came back until the server closed the connection. */
    send: async (raw: string) => {
      const socket = connect(port, '127.0.0.1');
      opened.sockets.push(socket);
      socket.write(raw);
      return text(socket);
    },
  };
}

const head = (headers: string) =>
  `POST /prewarm HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`;

test('reads a body in pieces', async () => {
  const { url } = await startServer();

  const answer = await fetch(url, {
    method: 'POST',
    body: '{"a": 1}',
    headers: { 'content-type': 'application/json; charset=UTF-8' },
  });

  expect(await answer.json()).toEqual({ bytes: 8 });
});

test.each([
  [{}],
  [{ 'content-type': 'text/plain;charset=UTF-8' }],
  [{ 'content-type': 'application/x-www-form-urlencoded' }],
])('reads JSON that a program sends with %j', async (headers) => {
  const { url } = await startServer();

  const answer = await fetch(url, { method: 'POST', body: Buffer.from('{"a": 1}'), headers });

  expect(await answer.json()).toEqual({ bytes: 8 });
});

test.each([
  [{ origin: 'https://elsewhere.example' }],
  [{ origin: 'null', 'content-type': 'text/plain' }],
  [{ 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' }],
])('refuses what a page in a browser can send unasked: %j', async (headers) => {
  const { url } = await startServer();

  const answer = await fetch(url, { method: 'POST', body: Buffer.from('{}'), headers });

  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({ error_message: containing('browser') });
});

test.each([
  ['application/xml', {}, 'application/xml'],
  ['multipart/form-data; boundary=x', {}, 'multipart/form-data'],
  ['text/plain; charset=latin1', {}, 'latin1'],
  ['application/json; charset=latin1', {}, 'latin1'],
  ['application/json', { 'content-encoding': 'gzip' }, 'Content-Encoding'],
])('refuses a body of type %s with 415', async (type, headers, named) => {
  const { url } = await startServer();

  const answer = await fetch(url, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': type, ...headers },
  });

  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({
    status: 'Failed',
    error_message: containing(named),
  });
});

test('refuses a large body by its Content-Length before it comes', async () => {
  const { send } = await startServer();

  const answer = await send(head('content-length: 1001'));

  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('1001 bytes by Content-Length, at most 1000');
});

test('stops a chunked body as soon as it is too large', async () => {
  const { send } = await startServer();
  const chunk = `320\r\n${' '.repeat(800)}\r\n`;

  const answer = await send(head('transfer-encoding: chunked') + chunk + chunk);

  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('1600 bytes so far');
});

test('gives up a body that stops coming, whatever its Content-Length says', async () => {
  const { send } = await startServer();

  const answer = await send(`${head('content-length: 50')}{"a": 1}`);

  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toMatch(/connection: close/i);
});

test('refuses a body longer than its Content-Length as malformed HTTP', async () => {
  const { send } = await startServer();

  const answer = await send(`${head('content-length: 2')}{}{"b": 2}`);

  expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"status":"Failed"/);
});

test('answers contradicting lengths and broken request lines with the error body', async () => {
  const { send } = await startServer();

  const smuggled = await send(head('content-length: 5\r\ntransfer-encoding: chunked'));
  const broken = await send('what is this\r\n\r\n');
  const long = await send(`GET /prewarm?req_id=${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`);

  expect(smuggled).toMatch(/^HTTP\/1\.1 400 [^]*"status":"Failed"/);
  expect(broken).toMatch(/^HTTP\/1\.1 400 [^]*"status":"Failed"/);
  expect(long).toMatch(/^HTTP\/1\.1 431 [^]*"status":"Failed"/);
});
