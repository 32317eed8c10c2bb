import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { EdgeEngine, EngineRequest } from '../../edge/engine.ts';
import { createEdgeSecureContext } from '../../edge/http1/secure-context.ts';
import { createUndiciEngine } from '../../edge/undici-engine.ts';
import { edgeUrl } from '../../edge/edge-url.ts';
import { startRawServer, type RawServer } from './support/raw-server.ts';
import { TEST_DEADLINES } from './support/worker-on-simulation.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type OnRequest = Parameters<typeof startRawServer>[0];

async function start(
  onRequest: OnRequest,
  options: { maxConnections?: number; rate?: number } = {},
) {
  const server = await startRawServer(onRequest);
  const engine = createUndiciEngine({
    secureContext: createEdgeSecureContext(),
    maxConnections: options.maxConnections ?? 16,
    maxBytesPerSecond: options.rate,
  });
  closers.push(server.close, () => engine.close());
  return { server, engine };
}

function get(
  engine: EdgeEngine,
  server: RawServer,
  overrides: Partial<EngineRequest> & { readonly path?: string } = {},
) {
  const { path = '/a?b=c', ...rest } = overrides;
  return engine.fetch({
    url: edgeUrl(`http://www.example.com${path}`),
    address: { host: '127.0.0.1', port: server.port },
    method: 'GET',
    headers: [['Accept-Encoding', 'br, gzip']],
    deadlines: TEST_DEADLINES,
    signal: new AbortController().signal,
    ...rest,
  });
}

const send = (text: string) => (socket: Socket) => void socket.write(text);
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello';

test('sends the URL and Host as they are and tells what came', async () => {
  const texts: string[] = [];
  const { server, engine } = await start((socket, { text }) => {
    texts.push(text);
    socket.write(OK);
  });
  let counted = 0;

  const answer = await get(engine, server, { onBodyBytes: (bytes) => void (counted += bytes) });

  expect(texts[0]).toMatch(/^GET \/a\?b=c HTTP\/1\.1\r\nhost: www\.example\.com\r\n/i);
  expect(texts[0]).toContain('Accept-Encoding: br, gzip\r\n');
  expect(answer).toMatchObject({
    status: 200,
    bodyBytes: 5,
    statedBytes: 5,
    isLengthUnknown: false,
  });
  expect(answer.headers.get('x-a')).toEqual(['1', '2']);
  expect(answer.headers.get('constructor')).toBeUndefined();
  expect(counted).toBe(5);
});

test('keeps the connection for the next GET and says so', async () => {
  const { server, engine } = await start(send(OK));

  const answers = [await get(engine, server), await get(engine, server)];

  expect(answers.map(({ isConnectionReused }) => isConnectionReused)).toEqual([false, true]);
  expect(answers[0]?.connectMs).toBeGreaterThanOrEqual(0);
  expect(answers[1]?.connectMs).toBeUndefined();
  expect(server.accepted()).toBe(1);
  expect(engine.openConnections()).toBe(1);
});

test('repeats a GET once on a new connection when a kept one died', async () => {
  const { server, engine } = await start((socket, { number }) => {
    if (number > 1) socket.destroy();
    else socket.write(OK);
  });
  await get(engine, server);

  const answer = await get(engine, server);

  expect(answer).toMatchObject({ status: 200, isConnectionReused: false });
  expect(server.accepted()).toBe(2);
});

test('does not repeat a GET on a connection that was new', async () => {
  const { server, engine } = await start((socket) => socket.destroy());

  await expect(get(engine, server)).rejects.toMatchObject({ name: 'EngineError', code: 'reset' });
  expect(server.accepted()).toBe(1);
  expect(engine.openConnections()).toBe(0);
});

test('does not repeat a GET whose answer had begun', async () => {
  const { server, engine } = await start((socket, { number }) => {
    if (number === 1) socket.write(OK);
    else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel');
  });
  await get(engine, server);

  await expect(get(engine, server)).rejects.toMatchObject({
    code: 'truncated',
    facts: { bodyBytes: 3, status: 200 },
  });
  expect(server.accepted()).toBe(1);
});

test.each([
  ['Content-Length', 'Content-Length: 9\r\n\r\nhel'],
  ['Content-Length, closing', 'Connection: close\r\nContent-Length: 9\r\n\r\nhel'],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ['chunks, closing', 'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ['a chunk', 'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe'],
])('knows a body by %s that was cut', async (_framing, rest) => {
  const { server, engine } = await start((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`));

  await expect(get(engine, server)).rejects.toMatchObject({ code: 'truncated' });
});

test('says when the end of a body can only be guessed', async () => {
  const { server, engine } = await start((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello'),
  );

  expect(await get(engine, server)).toMatchObject({ bodyBytes: 5, isLengthUnknown: true });
});

test('counts a chunked body without its framing', async () => {
  const { server, engine } = await start(
    send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n'),
  );

  expect(await get(engine, server)).toMatchObject({ bodyBytes: 6, isLengthUnknown: false });
});

test('goes past interim answers, but not past a flood of them', async () => {
  const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
  const { server, engine } = await start((socket, { number }) => {
    socket.write(hint.repeat(number === 1 ? 3 : 11) + OK);
  });

  expect(await get(engine, server)).toMatchObject({ status: 200, bodyBytes: 5 });
  await expect(get(engine, server)).rejects.toMatchObject({ code: 'protocol' });
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['a head without end', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(70_000)}\r\n`],
  ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
  ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['an upgrade to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 5\r\n\r\nhello'],
  ['the status 0', 'HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n'],
])('calls %s a protocol error', async (_what, text) => {
  const { server, engine } = await start(send(text));

  await expect(get(engine, server)).rejects.toMatchObject({ code: 'protocol' });
  expect(engine.openConnections()).toBe(0);
});

test('gives up an object that CloudFront would not serve whole', async () => {
  const { server, engine } = await start(
    send(`HTTP/1.1 200 OK\r\nContent-Length: ${51 * 1024 ** 3}\r\n\r\nhello`),
  );

  await expect(get(engine, server)).rejects.toMatchObject({ code: 'too_large' });
});

test.each([
  ['first_byte_timeout', '', { firstByteMs: 100 }],
  ['idle_timeout', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel', { idleMs: 100 }],
  ['deadline', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel', { totalMs: 100 }],
])('names the deadline %s', async (code, text, deadlines) => {
  const { server, engine } = await start(send(text));

  const answer = get(engine, server, { deadlines: { ...TEST_DEADLINES, ...deadlines } });

  await expect(answer).rejects.toMatchObject({ code });
  expect(engine.openConnections()).toBe(0);
});

test('names an address that takes no connection', async () => {
  const { server, engine } = await start(send(OK));
  await server.close();
  closers.shift();

  await expect(get(engine, server)).rejects.toMatchObject({ code: 'connect_failed' });
});

test('ends a GET that is cancelled, and one that was before it began', async () => {
  const cancel = new AbortController();
  const { server, engine } = await start((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel');
  });
  const onBodyBytes = () => cancel.abort();

  await expect(get(engine, server, { signal: cancel.signal, onBodyBytes })).rejects.toMatchObject({
    code: 'aborted',
    facts: { bodyBytes: 3 },
  });
  await expect(get(engine, server, { signal: cancel.signal })).rejects.toMatchObject({
    code: 'aborted',
  });
});

test('closes the connection that was idle longest when it has too many', async () => {
  const first = await start(send(OK), { maxConnections: 2 });
  const others = [await startRawServer(send(OK)), await startRawServer(send(OK))];
  closers.push(...others.map(({ close }) => close));

  await get(first.engine, first.server);
  for (const server of others) await get(first.engine, server);
  const answer = await get(first.engine, first.server);

  expect(answer.isConnectionReused).toBe(false);
  expect(first.engine.openConnections()).toBe(2);
});

test('ends what is in flight as cancelled when it is closed', async () => {
  const { server, engine } = await start(() => undefined);
  const running = get(engine, server);

  const [ended] = await Promise.allSettled([running, engine.close()]);

  expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'aborted' } });
  await expect(get(engine, server)).rejects.toMatchObject({ code: 'aborted' });
});

test('holds all bodies together at the byte rate', async () => {
  const body = 'x'.repeat(200_000);
  const { server, engine } = await start(
    send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    { rate: 400_000 },
  );

  const answers = await Promise.all([get(engine, server), get(engine, server)]);
  const longestMs = Math.max(...answers.map(({ totalMs }) => totalMs));

  expect(answers.map(({ bodyBytes }) => bodyBytes)).toEqual([200_000, 200_000]);
  expect(longestMs).toBeGreaterThan(500);
});
