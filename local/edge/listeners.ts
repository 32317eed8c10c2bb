import { createServer, type Server, type Socket } from 'node:net';

import type { Connection } from './connections.ts';
import type { Pop } from './network.ts';

/** Addresses of one POP, as the edge directory names them. */
export type PopAddresses = {
  https: string[];
  http: string[];
};

/** The listening ports of every POP. */
export interface Listeners {
  /** Every POP's addresses; a POP that is not in it does not resolve. */
  directory: Record<string, PopAddresses>;
  close: () => Promise<void>;
}

/** How to listen. */
export interface ListenOptions {
  pops: readonly Pop[];
  /** First of two ports a POP, https then http; without it the system chooses. */
  portBase: number | undefined;
  onConnection: (socket: Socket, pop: Pop, scheme: Connection['scheme']) => void;
}

const HOST = '127.0.0.1';

function listen(server: Server, port: number, popId: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const advice = 'choose another --port-base, or leave it out';
      const message = `POP ${popId} can't listen on ${HOST}:${port} (${error.message}): ${advice}`;
      reject(new Error(message, { cause: error }));
    });
    server.listen({ host: HOST, port, backlog: 511 }, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers
      .filter((server) => server.listening)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  );
}

/**
 * Opens two loopback ports a POP. Ports, not loopback addresses, tell POPs apart, as macOS has only
 * 127.0.0.1 without set-up.
 *
 * @throws Error that names the port, when one is taken.
 */
export async function openListeners(options: ListenOptions): Promise<Listeners> {
  const { pops, portBase, onConnection } = options;
  const directory: Record<string, PopAddresses> = {};
  const servers: Server[] = [];

  async function open(pop: Pop, index: number): Promise<void> {
    const [https, http] = (['https', 'http'] as const).map((scheme) => {
      // As node:http itself does: a viewer may half-close and still read.
      const allowHalfOpen = scheme === 'http';
      const server = createServer({ allowHalfOpen, noDelay: true }, (socket) =>
        onConnection(socket, pop, scheme),
      );
      servers.push(server);
      return server;
    });
    if (https === undefined || http === undefined) return;
    const firstPort = portBase === undefined ? undefined : portBase + 2 * index;
    const httpsPort = await listen(https, firstPort ?? 0, pop.id);
    const httpPort = await listen(http, firstPort === undefined ? 0 : firstPort + 1, pop.id);
    directory[pop.id] = { https: [`${HOST}:${httpsPort}`], http: [`${HOST}:${httpPort}`] };
  }

  try {
    for (const pop of pops) directory[pop.id] = { https: [], http: [] };
    await Promise.all(pops.map(open));
  } catch (error) {
    await closeAll(servers);
    throw error;
  }
  return { directory, close: () => closeAll(servers) };
}
