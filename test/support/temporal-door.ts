import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { inject } from 'vitest';

/** A door to the run's Temporal server that can be shut and opened again on the same port. */
export async function createTemporalDoor() {
  const [host = '', port = ''] = inject('temporalAddress').split(':');
  const sockets = new Set<Socket>();
  const server: Server = createServer((inner) => {
    const outer = connect(Number(port), host);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ownPort = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${ownPort}`,
    shut: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    open: async () => {
      server.listen(ownPort, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
