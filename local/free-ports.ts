import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether a TCP port of a loopback address can be listened on now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch {
    // Taken, or not allowed (below 1024): either way it can't be listened on.
    return false;
  } finally {
    server.close();
  }
}

/** Ports of 127.0.0.1 that are free now, all different: held together until the last is known. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    const ports = [];
    for (const server of servers) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('No TCP port given');
      ports.push(address.port);
    }
    return ports;
  } finally {
    for (const server of servers) server.close();
  }
}
