import type { Connection } from './connection.ts';
import type { ConnectionTarget } from './connection-target.ts';
import type { Exchange } from './exchange.ts';

/** The connections to one (address, host), and the exchanges that wait for one of them. */
export class ConnectionPool {
  readonly target: ConnectionTarget;
  /** Open ones, connecting and idle ones included. */
  openConnections = 0;
  /** In the order of their arrival; a set, so that one in the middle can give up. */
  readonly waiting = new Set<Exchange>();
  /** The one used last at the end: it is the likeliest to be alive, the others may time out. */
  readonly #idle: Connection[] = [];

  constructor(target: ConnectionTarget) {
    this.target = target;
  }

  takeIdle(): Connection | undefined {
    return this.#idle.pop();
  }

  putIdle(connection: Connection): void {
    this.#idle.push(connection);
  }

  /** Forgets a connection that is gone. */
  remove(connection: Connection): void {
    this.openConnections -= 1;
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  takeWaiting(): Exchange | undefined {
    const [first] = this.waiting;
    if (first !== undefined) this.waiting.delete(first);
    return first;
  }

  /** The one that has been idle longest. */
  get oldestIdle(): Connection | undefined {
    return this.#idle[0];
  }

  get isUnused(): boolean {
    return this.openConnections === 0 && this.waiting.size === 0;
  }
}
