import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export type RawServer = {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** Connections open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
};

/** A TCP server that does with each request what the test says: HTTP as bytes. */
export async function startRawServer(
  onRequest: (socket: Socket, request: { readonly number: number; readonly text: string }) => void,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    let requests = 0;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      requests += 1;
      onRequest(socket, { number: requests, text: bytes.toString('latin1') });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    accepted: () => accepted,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
