import type { Connection } from './connection.ts';

/** How {@link ConnectionPool.take} gets a connection. */
export type TakeOptions = {
  readonly poolKey: string;
  /** Whether a connection that served before will do. */
  readonly mayReuse: boolean;
  readonly open: () => Connection;
};

/**
 * Keeps connections for the next GET to the same address and host.
 *
 * Holds at most `maxConnections` while it can: for a new one beyond, the connection that has been
 * idle longest is closed. Busy ones are bounded by whoever asks for GETs.
 */
export class ConnectionPool {
  readonly #maxConnections: number;
  readonly #idleByKey = new Map<string, Connection[]>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Connection>();
  readonly #busy = new Set<Connection>();

  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections;
  }

  /** Connections open or being opened. */
  get size(): number {
    return this.#idle.size + this.#busy.size;
  }

  /** The connection used last for this key where that will do, else a new one. */
  take({ poolKey, mayReuse, open }: TakeOptions): Connection {
    const newest = mayReuse ? this.#idleByKey.get(poolKey)?.at(-1) : undefined;
    if (newest !== undefined) this.#forget(newest);
    const connection = newest ?? this.#openNew(open);
    this.#busy.add(connection);
    return connection;
  }

  /** Takes a connection back that can serve another GET. */
  giveBack(connection: Connection): void {
    this.#busy.delete(connection);
    this.#idle.add(connection);
    const siblings = this.#idleByKey.get(connection.poolKey);
    if (siblings === undefined) this.#idleByKey.set(connection.poolKey, [connection]);
    else siblings.push(connection);
  }

  /** Closes a connection at once; what runs on it fails with `error`. */
  discard(connection: Connection, error: Error): void {
    this.#forget(connection);
    connection.socket?.destroy(error);
    void connection.client.destroy(error);
  }

  /** Closes every connection; what runs on them fails with `error`. */
  async close(error: Error): Promise<void> {
    const connections = [...this.#idle, ...this.#busy];
    for (const connection of connections) this.discard(connection, error);
    for (const { client } of connections) await client.destroy();
  }

  #openNew(open: () => Connection): Connection {
    const [oldest] = this.#idle;
    if (oldest !== undefined && this.size >= this.#maxConnections) {
      this.discard(oldest, new Error('closed to make room for another connection'));
    }
    const connection = open();
    // A busy connection's GET learns of the end itself and has it discarded.
    connection.client.on('disconnect', (_origin, _clients, error) => {
      if (this.#idle.has(connection)) this.discard(connection, error);
    });
    return connection;
  }

  #forget(connection: Connection): void {
    this.#busy.delete(connection);
    if (!this.#idle.delete(connection)) return;
    const siblings = this.#idleByKey.get(connection.poolKey) ?? [];
    const rest = siblings.filter((each) => each !== connection);
    if (rest.length > 0) this.#idleByKey.set(connection.poolKey, rest);
    else this.#idleByKey.delete(connection.poolKey);
  }
}
