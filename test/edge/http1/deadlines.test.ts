import { expect, onTestFinished, test } from 'vitest';
import { createHttp1Engine, type Http1EngineOptions } from '../../../edge/http1/http1-engine.ts';
import { edgeUrl } from '../../../edge/edge-url.ts';
import { deferred } from './helpers/deferred.ts';
import { engineRequest } from './helpers/engine-request.ts';
import { ManualClock } from './helpers/manual-clock.ts';
import { okAnswer, rawServer } from './helpers/raw-server.ts';

function engineWithClock(options: Http1EngineOptions = {}) {
  const clock = new ManualClock();
  const engine = createHttp1Engine({ clock, ...options });
  onTestFinished(() => engine.close());
  return { clock, engine };
}

/** Starts a GET whose first body byte has arrived. */
async function bodyBegun(bytes: string, overrides: Parameters<typeof engineRequest>[1] = {}) {
  const server = await rawServer(({ socket }) => socket.write(bytes));
  const { clock, engine } = engineWithClock();
  const arrived = deferred();
  const fetching = engine.fetch(
    engineRequest(server.port, { onBodyBytes: arrived.resolve, ...overrides }),
  );
  fetching.catch(() => undefined);
  await arrived.promise;
  return { clock, engine, fetching, server };
}

const ENDLESS = 'HTTP/1.1 200 OK\r\nX-Cache: Miss\r\nContent-Length: 1000000\r\n\r\nx';

test('gives up a connection that is not set up in time', async () => {
  const server = await rawServer(() => undefined);
  const { clock, engine } = engineWithClock();
  // The handshake can't end: the peer never says a word of TLS.
  const url = edgeUrl('https://edge.test/');
  const fetching = engine.fetch(engineRequest(server.port, { url }));

  clock.advance(10_001);

  await expect(fetching).rejects.toMatchObject({ code: 'connect_timeout' });
  expect(engine.openConnections()).toBe(0);
});

test('gives up an answer whose head does not come in time, interim answers or not', async () => {
  const server = await rawServer(({ socket }) => socket.write('HTTP/1.1 103 Early\r\n\r\nHTTP/1.'));
  const { clock, engine } = engineWithClock();
  const fetching = engine.fetch(engineRequest(server.port));
  await server.nextRequest();

  clock.advance(20_001);

  await expect(fetching).rejects.toMatchObject({ code: 'first_byte_timeout' });
});

test('gives up a body that stops, and says what was known', async () => {
  const { clock, fetching } = await bodyBegun(ENDLESS);

  clock.advance(30_001);

  await expect(fetching).rejects.toMatchObject({
    code: 'idle_timeout',
    facts: { bodyBytes: 1, status: 200 },
  });
});

test('gives up a body that drips below the minimum rate for a minute', async () => {
  const deadlines = { ...engineRequest(1).deadlines, idleMs: 70_000 };
  const { clock, fetching } = await bodyBegun(ENDLESS, { deadlines });

  clock.advance(59_000);
  clock.advance(1_000);

  await expect(fetching).rejects.toMatchObject({ code: 'too_slow' });
});

test('waits on for a body above the minimum rate', async () => {
  const deadlines = { ...engineRequest(1).deadlines, idleMs: 70_000, minimumBytesPerSecond: 0 };
  const { clock, fetching, server } = await bodyBegun(ENDLESS, { deadlines });
  const { socket } = await server.nextRequest();

  clock.advance(60_000);
  socket.write('x'.repeat(999_999));

  expect((await fetching).bodyBytes).toBe(1_000_000);
});

test('gives up a GET at its total deadline, however well it goes', async () => {
  const deadlines = { ...engineRequest(1).deadlines, totalMs: 5_000 };
  const { clock, fetching, engine } = await bodyBegun(ENDLESS, { deadlines });

  clock.advance(5_001);

  await expect(fetching).rejects.toMatchObject({ code: 'deadline' });
  expect(engine.openConnections()).toBe(0);
});

test('ends a GET whose caller gave it up at the next tick, without a listener on the signal', async () => {
  const controller = new AbortController();
  const { clock, fetching } = await bodyBegun(ENDLESS, { signal: controller.signal });

  controller.abort();
  clock.advance(100);

  await expect(fetching).rejects.toMatchObject({ code: 'aborted' });
});

test('sends nothing for a caller that has given up before', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const { engine } = engineWithClock();

  const fetching = engine.fetch(engineRequest(server.port, { signal: AbortSignal.abort() }));

  await expect(fetching).rejects.toMatchObject({ code: 'aborted' });
  expect(server.accepted()).toBe(0);
});

test('ends a GET that waits in the queue at its total deadline and serves the next one', async () => {
  const server = await rawServer(({ socket, path }) => {
    if (path !== '/silent') socket.write(okAnswer());
  });
  const { clock, engine } = engineWithClock({ maximumConnections: 1 });
  const deadlines = { ...engineRequest(1).deadlines, totalMs: 5_000 };
  const silent = engine.fetch(engineRequest(server.port, { url: edgeUrl('http://a.test/silent') }));
  const queued = engine.fetch(engineRequest(server.port, { deadlines }));
  const patient = engine.fetch(engineRequest(server.port));
  await server.nextRequest();

  clock.advance(5_001);
  await expect(queued).rejects.toMatchObject({ code: 'deadline' });
  clock.advance(20_001);

  await expect(silent).rejects.toMatchObject({ code: 'first_byte_timeout' });
  expect((await patient).bodyBytes).toBe(2);
});

test('closes a kept connection that nobody used for its idle time', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const { clock, engine } = engineWithClock({ idleMs: 4_000 });
  await engine.fetch(engineRequest(server.port));

  clock.advance(3_900);
  const kept = engine.openConnections();
  clock.advance(200);

  expect([kept, engine.openConnections()]).toEqual([1, 0]);
});

test('watches the clock only between its first GET and its end', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const { clock, engine } = engineWithClock();
  const before = clock.watchers.size;
  await engine.fetch(engineRequest(server.port));
  const during = clock.watchers.size;

  await engine.close();

  expect([before, during, clock.watchers.size]).toEqual([0, 1, 0]);
});
