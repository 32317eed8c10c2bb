import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';

/** A TCP proxy that makes a near server far. */
export type DelayProxy = { readonly port: number; readonly close: () => Promise<void> };

/**
 * Starts a proxy on loopback that delivers each piece `oneWayMs` after it came, in both directions,
 * at any bandwidth: what is in flight is not limited, so a connection is slow by its distance only.
 */
export async function startDelayProxy(
  target: { readonly host: string; readonly port: number },
  oneWayMs: number,
): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ ...target, noDelay: true });
    near.setNoDelay(true);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // Either side may break off; the other then ends with it.
      socket.on('error', () => socket.destroy());
    }
    forward(near, far, oneWayMs);
    forward(far, near, oneWayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Timers of one duration fire in the order in which they were set, so the bytes keep theirs. */
function forward(from: Socket, to: Socket, oneWayMs: number): void {
  from.on('data', (bytes: Buffer) => {
    setTimeout(() => {
      if (!to.destroyed) to.write(bytes);
    }, oneWayMs);
  });
  from.once('close', () => {
    setTimeout(() => to.end(), oneWayMs);
  });
}
