import type { Socket } from 'node:net';

import type { Pop } from './network.ts';

/** One TCP connection of a viewer. */
export type Connection = {
  /** The TCP socket, also under TLS. */
  socket: Socket;
  pop: Pop;
  scheme: 'http' | 'https';
  requestsInFlight: number;
  /** A fault wants it closed as soon as it is idle. */
  isClosing: boolean;
};

/** The open connections, found by the ports at both of their ends. */
export interface Connections {
  open: (socket: Socket, pop: Pop, scheme: Connection['scheme']) => void;
  /** Also for the TLS socket on top of a connection: it has the same ports. */
  find: (socket: Socket) => Connection | undefined;
  closeIdle: (matchesPop: (popId: string) => boolean) => void;
  /** Ends every connection at once. */
  destroyAll: () => void;
  count: () => number;
}

function portsOf({ localPort = 0, remotePort = 0 }: Socket): number {
  return localPort * 65_536 + remotePort;
}

/** Creates an empty register. */
export function createConnections(): Connections {
  const byPorts = new Map<number, Connection>();
  const bySocket = new WeakMap<Socket, Connection>();
  return {
    open: function open(socket, pop, scheme) {
      const ports = portsOf(socket);
      const connection = { socket, pop, scheme, requestsInFlight: 0, isClosing: false };
      byPorts.set(ports, connection);
      bySocket.set(socket, connection);
      socket.once('close', () => byPorts.delete(ports));
    },
    find: function find(socket) {
      const known = bySocket.get(socket);
      if (known !== undefined) return known;
      const connection = byPorts.get(portsOf(socket));
      if (connection !== undefined) bySocket.set(socket, connection);
      return connection;
    },
    closeIdle: function closeIdle(matchesPop) {
      for (const connection of byPorts.values()) {
        if (!matchesPop(connection.pop.id)) continue;
        connection.isClosing = true;
        if (connection.requestsInFlight === 0) connection.socket.destroy();
      }
    },
    destroyAll: function destroyAll() {
      for (const { socket } of byPorts.values()) socket.destroy();
    },
    count: () => byPorts.size,
  };
}
