import { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { EdgeEngine } from '../../../edge/engine.ts';
import { createHttp1Engine, type Http1EngineOptions } from '../../../edge/http1/http1-engine.ts';
import { createEdgeSecureContext } from '../../../edge/http1/secure-context.ts';
import { edgeUrl } from '../../../edge/edge-url.ts';
import { createCertificates } from '../../../local/edge/certificates.ts';
import { engineRequest } from './helpers/engine-request.ts';
import { okAnswer, rawServer } from './helpers/raw-server.ts';

function engineForTest(options: Http1EngineOptions = {}): EdgeEngine {
  const engine = createHttp1Engine(options);
  onTestFinished(() => engine.close());
  return engine;
}

test('counts a body, gives its headers, and tells the caller of each piece', async () => {
  const server = await rawServer(({ socket }) =>
    socket.end(
      'HTTP/1.1 200 OK\r\nX-Cache: Hit\r\nX-CACHE: twice\r\nContent-Length: 5\r\n\r\nhello',
    ),
  );
  const engine = engineForTest();
  let toldBytes = 0;

  const answer = await engine.fetch(
    engineRequest(server.port, {
      onBodyBytes: (bytes) => {
        toldBytes += bytes;
      },
    }),
  );

  expect(answer).toMatchObject({
    status: 200,
    bodyBytes: 5,
    statedBytes: 5,
    isLengthUnknown: false,
    isConnectionReused: false,
    address: { host: '127.0.0.1', port: server.port },
  });
  expect(answer.headers.get('x-cache')).toEqual(['Hit', 'twice']);
  expect([...answer.headers.entries()]).toContainEqual(['x-cache', ['Hit', 'twice']]);
  expect(toldBytes).toBe(5);
});

test('sends the request line, the Host of the URL and the headers, and nothing else', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest();
  const headers = [
    ['Range', 'bytes=0-0'],
    ['User-Agent', 'prewarm'],
  ] as const;

  await engine.fetch(engineRequest(server.port, { headers, url: edgeUrl('http://a.test:81/b?c') }));

  const { head } = await server.nextRequest();
  expect(head).toBe(
    'GET /b?c HTTP/1.1\r\nHost: a.test:81\r\nRange: bytes=0-0\r\nUser-Agent: prewarm\r\n\r\n',
  );
});

test('keeps a connection and says that it was reused', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest();

  const first = await engine.fetch(engineRequest(server.port));
  const second = await engine.fetch(engineRequest(server.port));

  expect([first.isConnectionReused, second.isConnectionReused]).toEqual([false, true]);
  expect([typeof first.connectMs, second.connectMs]).toEqual(['number', undefined]);
  expect([server.accepted(), engine.openConnections()]).toEqual([1, 1]);
});

test.each([
  ['Connection: close', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab'],
  ['bytes after it', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc'],
  ['a second answer after it', `${okAnswer()}${okAnswer()}`],
])('does not use a connection again after an answer with %s', async (_name, bytes) => {
  const server = await rawServer(({ socket }) => socket.write(bytes));
  const engine = engineForTest();

  await engine.fetch(engineRequest(server.port));
  const second = await engine.fetch(engineRequest(server.port));

  expect(second).toMatchObject({ bodyBytes: 2, isConnectionReused: false });
  expect(server.accepted()).toBe(2);
});

test('drops a kept connection on which bytes come that nobody asked for', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest();
  await engine.fetch(engineRequest(server.port));
  const { socket } = await server.nextRequest();

  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(okAnswer());
  await closed;

  expect(engine.openConnections()).toBe(0);
  expect((await engine.fetch(engineRequest(server.port))).isConnectionReused).toBe(false);
});

test('reads no body after HEAD, 204 and 304, whatever their headers say', async () => {
  const server = await rawServer(({ socket, path }) =>
    socket.write(`HTTP/1.1 ${path.slice(1)} Status\r\nContent-Length: 9\r\n\r\n`),
  );
  const engine = engineForTest();

  const answers = await Promise.all([
    engine.fetch(engineRequest(server.port, { method: 'HEAD', url: edgeUrl('http://a.test/200') })),
    engine.fetch(engineRequest(server.port, { url: edgeUrl('http://a.test/204') })),
    engine.fetch(engineRequest(server.port, { url: edgeUrl('http://a.test/304') })),
  ]);

  for (const answer of answers) expect(answer).toMatchObject({ bodyBytes: 0, statedBytes: 9 });
  expect(engine.openConnections()).toBe(3);
});

test('says that the length is unknown when the body ends with the connection', async () => {
  const server = await rawServer(({ socket }) => socket.end('HTTP/1.1 200 OK\r\n\r\nabc'));
  const engine = engineForTest();

  const answer = await engine.fetch(engineRequest(server.port));

  expect(answer).toMatchObject({ bodyBytes: 3, statedBytes: undefined, isLengthUnknown: true });
});

test('sends a request again, once, when a kept connection died unanswered', async () => {
  const server = await rawServer(({ socket, indexOnConnection }) => {
    if (indexOnConnection === 0) socket.write(okAnswer());
    else socket.destroy();
  });
  const engine = engineForTest();
  await engine.fetch(engineRequest(server.port));

  const second = await engine.fetch(engineRequest(server.port));

  expect(second).toMatchObject({ bodyBytes: 2, isConnectionReused: false });
  expect(server.accepted()).toBe(2);
});

test('does not send a request again when a new connection died unanswered', async () => {
  const server = await rawServer(({ socket }) => socket.destroy());
  const engine = engineForTest();

  await expect(engine.fetch(engineRequest(server.port))).rejects.toMatchObject({ code: 'reset' });

  expect(server.accepted()).toBe(1);
});

test('does not send a request again once a byte of the answer came', async () => {
  const server = await rawServer(({ socket, indexOnConnection }) => {
    if (indexOnConnection === 0) socket.write(okAnswer());
    else socket.end('H');
  });
  const engine = engineForTest();
  await engine.fetch(engineRequest(server.port));

  await expect(engine.fetch(engineRequest(server.port))).rejects.toMatchObject({ code: 'reset' });

  expect(server.accepted()).toBe(1);
});

test('tells a cut body from a complete one, with what is known of it', async () => {
  const server = await rawServer(({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\nX-Cache: Miss\r\nContent-Length: 9\r\n\r\nabc'),
  );
  const engine = engineForTest();

  const error: unknown = await engine.fetch(engineRequest(server.port)).catch((e: unknown) => e);

  expect(error).toMatchObject({
    name: 'EngineError',
    code: 'truncated',
    facts: { bodyBytes: 3, status: 200 },
  });
  expect(String(error)).toContain(`GET http://edge.test/object at 127.0.0.1:${server.port}: `);
  expect(String(error)).not.toContain('secret');
});

test('says connect_failed where nobody listens', async () => {
  const server = await rawServer(() => undefined);
  const engine = engineForTest();
  const request = engineRequest(server.port, { address: { host: '127.0.0.9', port: server.port } });

  await expect(engine.fetch(request)).rejects.toMatchObject({ code: 'connect_failed' });

  expect(engine.openConnections()).toBe(0);
});

test.each([
  ['a header name with a blank', { headers: [['X Y', 'z']] }],
  ['a header value with CR LF', { headers: [['X', 'y\r\nHost: evil.test']] }],
  ['a header value with NUL', { headers: [['X', '\0']] }],
  ['a header value beyond ASCII', { headers: [['X', 'é']] }],
  ['a Host of the caller', { headers: [['hOST', 'evil.test']] }],
  ['a Content-Length', { headers: [['Content-Length', '0']] }],
  ['a Transfer-Encoding', { headers: [['transfer-encoding', 'chunked']] }],
  ['a Connection', { headers: [['Connection', 'close']] }],
  ['a name for an address', { address: { host: 'localhost', port: 80 } }],
  ['a port out of range', { address: { host: '127.0.0.1', port: 65_536 } }],
] as const)('refuses to send %s', async (_name, overrides) => {
  const engine = engineForTest();

  const fetching = engine.fetch(engineRequest(1, overrides));

  await expect(fetching).rejects.toMatchObject({ name: 'EngineError', code: 'protocol' });
});

test('refuses a body past the largest size as soon as it is stated or reached', async () => {
  const server = await rawServer(({ socket, path }) => {
    socket.write(path === '/stated' ? okAnswer(101) : `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(101)}`);
  });
  const engine = engineForTest({ maximumBodyBytes: 100 });

  for (const path of ['/stated', '/reached']) {
    const request = engineRequest(server.port, { url: edgeUrl(`http://a.test${path}`) });
    await expect(engine.fetch(request)).rejects.toMatchObject({ code: 'too_large' });
  }
});

test('fails what is in flight and closes every connection when it is closed', async () => {
  const server = await rawServer(({ socket, path }) => {
    if (path !== '/silent') socket.write(okAnswer());
  });
  const engine = createHttp1Engine();
  await engine.fetch(engineRequest(server.port));
  const silent = engine.fetch(engineRequest(server.port, { url: edgeUrl('http://a.test/silent') }));
  await server.nextRequest();
  await server.nextRequest();

  const outcome = silent.catch((error: unknown) => error);
  await engine.close();

  expect(await outcome).toMatchObject({ code: 'aborted' });
  expect(engine.openConnections()).toBe(0);
  await expect(engine.fetch(engineRequest(server.port))).rejects.toMatchObject({ code: 'aborted' });
});

test('fetches over TLS with the name of the URL, and resumes the session', async () => {
  const { caPem, leaf } = await createCertificates(['edge.test']);
  const resumed: boolean[] = [];
  const names: unknown[] = [];
  const server = await rawServer(({ socket }) => socket.end(okAnswer(100_000)), {
    tls: { cert: leaf.certificatePem, key: leaf.privateKeyPem },
    onSocket: (socket) => {
      if (!(socket instanceof TLSSocket)) return;
      names.push('servername' in socket ? socket.servername : undefined);
      resumed.push(socket.isSessionReused());
    },
  });
  const engine = engineForTest({ secureContext: createEdgeSecureContext(caPem) });
  const request = engineRequest(server.port, { url: edgeUrl('https://edge.test/a') });

  const first = await engine.fetch(request);
  const second = await engine.fetch(request);

  expect([first.bodyBytes, second.bodyBytes]).toEqual([100_000, 100_000]);
  expect(names).toEqual(['edge.test', 'edge.test']);
  expect(resumed).toEqual([false, true]);
});

test.each([
  ['a certificate for another name', 'https://other.test/', true],
  ['a certificate of an unknown authority', 'https://edge.test/', false],
])('refuses %s, whatever the environment says', async (_name, url, isAuthorityKnown) => {
  const { caPem, leaf } = await createCertificates(['edge.test']);
  const server = await rawServer(({ socket }) => socket.end(okAnswer()), {
    tls: { cert: leaf.certificatePem, key: leaf.privateKeyPem },
  });
  const secureContext = createEdgeSecureContext(isAuthorityKnown ? caPem : undefined);
  const engine = engineForTest({ secureContext });
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  onTestFinished(() => {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  });

  const fetching = engine.fetch(engineRequest(server.port, { url: edgeUrl(url) }));

  await expect(fetching).rejects.toMatchObject({ code: 'tls_error' });
  expect(engine.openConnections()).toBe(0);
});

test('says tls_error of a peer that speaks no TLS, and connect_failed of one that hangs up', async () => {
  const plain = await rawServer(() => undefined, {
    onSocket: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  });
  const hangsUp = await rawServer(() => undefined, { onSocket: (socket) => socket.end() });
  const engine = engineForTest();
  const url = edgeUrl('https://edge.test/');

  await expect(engine.fetch(engineRequest(plain.port, { url }))).rejects.toMatchObject({
    code: 'tls_error',
  });
  await expect(engine.fetch(engineRequest(hangsUp.port, { url }))).rejects.toMatchObject({
    code: 'connect_failed',
  });
});
