import { once } from 'node:events';
import net, { type Server, type Socket } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

/** A request as it arrived: its head, and the socket to answer on. */
export type RawRequest = {
  readonly head: string;
  readonly path: string;
  readonly socket: Socket;
  /** 0 for the first request of a connection. */
  readonly indexOnConnection: number;
};

/** A server that sends whatever bytes a test gives it. */
export type RawServer = {
  readonly port: number;
  /** Sockets accepted since the start. */
  readonly accepted: () => number;
  /** Sockets open now. */
  readonly open: () => number;
  /** Resolves with the next request that has not been awaited yet. */
  readonly nextRequest: () => Promise<RawRequest>;
};

/** What a {@link rawServer} may do beside answering. */
export type RawServerOptions = {
  readonly tls?: TlsOptions;
  readonly onSocket?: (socket: Socket) => void;
};

/** Starts a server on a free loopback port; it ends with the test. */
export async function rawServer(
  answer: (request: RawRequest) => void,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  const waiting: ((request: RawRequest) => void)[] = [];
  let accepted = 0;

  function serve(socket: Socket): void {
    accepted += 1;
    sockets.add(socket);
    // A peer that drops its connection is what these tests are about.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    options.onSocket?.(socket);
    let pending = '';
    let indexOnConnection = 0;
    socket.on('data', (data: Buffer) => {
      pending += data.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end + 4);
        pending = pending.slice(end + 4);
        const request = { head, path: head.split(' ')[1] ?? '', socket, indexOnConnection };
        indexOnConnection += 1;
        const next = waiting.shift();
        if (next === undefined) requests.push(request);
        else next(request);
        answer(request);
      }
    });
  }

  const server: Server =
    options.tls === undefined ? net.createServer(serve) : tls.createServer(options.tls, serve);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    port: address.port,
    accepted: () => accepted,
    open: () => sockets.size,
    nextRequest: () =>
      new Promise((resolve) => {
        const known = requests.shift();
        if (known === undefined) waiting.push(resolve);
        else resolve(known);
      }),
  };
}

/** A complete answer with a body of `bytes` bytes. */
export function okAnswer(bytes = 2): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`;
}
