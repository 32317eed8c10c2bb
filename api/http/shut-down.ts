import type { Server } from 'node:http';

/** Calls in flight are waited for this long, then their connections are cut. */
const DRAIN_MS = 4_000;

/**
 * Stops taking calls, lets those in flight end, and returns within about 4 s.
 *
 * Idle keep-alive connections are closed at once.
 */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
