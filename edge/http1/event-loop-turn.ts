/** An exchange whose answer is complete. */
export interface CompleteExchange {
  /** Tells its caller. */
  succeed(): void;
}

/** A connection with a request to write. */
export interface WaitingConnection {
  writeRequest(): void;
}

/**
 * Orders a turn of the event loop: all sockets are read, then all callers told of their answers, then
 * all requests written that they made upon it.
 *
 * Done one answer at a time, the code of the kernel, of TLS, of parsing, of the caller and of writing
 * run by turns, each throwing the others out of the CPU's caches, and a server that sleeps is woken for
 * each request. In this order a small GET costs a third less CPU.
 */
export class EventLoopTurn {
  /** One a connection at most, like those below. */
  #complete: CompleteExchange[] = [];
  #waiting: WaitingConnection[] = [];

  /** Tells the exchange's caller once all sockets were read. */
  tell(exchange: CompleteExchange): void {
    if (this.#complete.push(exchange) === 1) setImmediate(() => this.#tellAll());
  }

  /**
   * Has the connection write its request after what runs now and the promises behind it: asked for by
   * callers who are told, after all of them; asked for while sockets are read (a request that had to
   * wait for a connection), before the next one is.
   */
  write(connection: WaitingConnection): void {
    if (this.#waiting.push(connection) === 1) process.nextTick(() => this.#writeAll());
  }

  #tellAll(): void {
    const complete = this.#complete;
    this.#complete = [];
    for (const exchange of complete) exchange.succeed();
  }

  #writeAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const connection of waiting) connection.writeRequest();
  }
}
