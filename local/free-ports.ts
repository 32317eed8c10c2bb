import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const HIGHEST_PORT = 65_535;
const LOWEST_FREE_PORT = 20_000;
const HIGHEST_FREE_PORT = 32_000;

/** Whether nothing listens on a TCP port of 127.0.0.1, and this process may. */
export async function isPortFree(port: number): Promise<boolean> {
  return !(await isAnswered(port)) && (await isListenable(port));
}

/** The next port above `port` that is free and not among `others`. */
export async function nextFreePort(port: number, others: readonly number[]): Promise<number> {
  let next = port + 1;
  while (next < HIGHEST_PORT && (others.includes(next) || !(await isPortFree(next)))) next += 1;
  return next;
}

/**
 * Ports of 127.0.0.1 that are free now, all different.
 *
 * Below the range from which systems give ports to whoever asks for any (Linux: 32,768 and up,
 * macOS: 49,152 and up), so that no such program takes one before it is used.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const start = randomInt(LOWEST_FREE_PORT, HIGHEST_FREE_PORT);
    ports.push(await nextFreePort(start, ports));
  }
  return ports;
}

/** macOS lets one listen on 127.0.0.1 beside a program that listens on all addresses: ask that one. */
async function isAnswered(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Refused: nobody is there.
    return false;
  } finally {
    socket.destroy();
  }
}

async function isListenable(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    // Taken, or not allowed (below 1024): either way it can't be listened on.
    return false;
  } finally {
    server.close();
  }
}
