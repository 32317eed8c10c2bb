import { expect, onTestFinished, test } from 'vitest';
import { createHttp1Engine, type Http1EngineOptions } from '../../../edge/http1/http1-engine.ts';
import { edgeUrl } from '../../../edge/edge-url.ts';
import { engineRequest } from './helpers/engine-request.ts';
import { ManualClock } from './helpers/manual-clock.ts';
import { okAnswer, rawServer } from './helpers/raw-server.ts';

function engineForTest(options: Http1EngineOptions = {}) {
  const engine = createHttp1Engine(options);
  onTestFinished(() => engine.close());
  return engine;
}

/** A GET of the pool of `host`. */
function requestTo(port: number, host: string, path = '/') {
  return engineRequest(port, { url: edgeUrl(`http://${host}.test${path}`) });
}

test('opens no more connections than the process may have, and serves everything', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest({ maximumConnections: 3 });
  let mostOpen = 0;

  const hosts = ['a', 'b', 'c', 'd', 'e'];
  const fetching = Array.from({ length: 100 }, async (_, index) => {
    const answer = await engine.fetch(requestTo(server.port, hosts[index % 5] ?? 'a'));
    mostOpen = Math.max(mostOpen, engine.openConnections());
    return answer.bodyBytes;
  });

  expect(await Promise.all(fetching)).toEqual(Array.from({ length: 100 }, () => 2));
  expect(mostOpen).toBe(3);
});

test('opens no more connections to one address and host than a pool may have', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest({ maximumConnectionsPerPool: 2 });

  const fetching = Array.from({ length: 20 }, () => engine.fetch(requestTo(server.port, 'a')));
  const open = engine.openConnections();
  await Promise.all(fetching);

  expect([open, server.accepted()]).toEqual([2, 2]);
});

test('keeps connections to one address apart by the host they were opened for', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest();

  await engine.fetch(requestTo(server.port, 'a'));
  const other = await engine.fetch(requestTo(server.port, 'b'));

  expect(other.isConnectionReused).toBe(false);
});

test('closes the connection idle longest to make room for another pool', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const clock = new ManualClock();
  const engine = engineForTest({ maximumConnections: 2, clock });
  await engine.fetch(requestTo(server.port, 'a'));
  clock.advance(10);
  await engine.fetch(requestTo(server.port, 'b'));
  clock.advance(10);

  await engine.fetch(requestTo(server.port, 'c'));

  expect((await engine.fetch(requestTo(server.port, 'b'))).isConnectionReused).toBe(true);
  expect(engine.openConnections()).toBe(2);
});

test('serves the queue of one pool in the order of arrival', async () => {
  const server = await rawServer(({ socket }) => socket.write(okAnswer()));
  const engine = engineForTest({ maximumConnections: 1 });
  const order: number[] = [];

  const fetching = Array.from({ length: 10 }, async (_, index) => {
    await engine.fetch(requestTo(server.port, 'a'));
    order.push(index);
  });
  await Promise.all(fetching);

  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('lets a pool with a long queue give way once its turn is over', async () => {
  const clock = new ManualClock();
  const server = await rawServer(({ socket }) => {
    // Each answer takes 300 ms of the clock.
    clock.advance(300);
    socket.write(okAnswer());
  });
  const engine = engineForTest({ maximumConnections: 1, clock });
  const order: string[] = [];

  const hosts = [...Array.from({ length: 20 }, () => 'long'), 'short'];
  await Promise.all(
    hosts.map(async (host) => {
      await engine.fetch(requestTo(server.port, host));
      order.push(host);
    }),
  );

  // The turn of a second ends with the fourth answer.
  expect(order.indexOf('short')).toBe(4);
  expect(server.accepted()).toBe(3);
});

test('gives the slot of a connection that died to the next in the queue', async () => {
  const server = await rawServer(({ socket, path }) => {
    if (path === '/dies') socket.destroy();
    else socket.write(okAnswer());
  });
  const engine = engineForTest({ maximumConnections: 1 });

  const dies = engine.fetch(requestTo(server.port, 'a', '/dies'));
  const next = engine.fetch(requestTo(server.port, 'b'));

  await expect(dies).rejects.toMatchObject({ code: 'reset' });
  expect((await next).bodyBytes).toBe(2);
});
