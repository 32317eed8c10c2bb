import type { Exchange } from './exchange.ts';

/**
 * Tells callers of their answers once a turn of the event loop, after all sockets were read.
 *
 * A caller that hears of its answer sends its next request. Done between two reads, each time, that
 * runs the code of the kernel, of TLS, of parsing and of the caller by turns and wakes a sleeping
 * server for each request; done for all at once it costs a third less CPU a small GET.
 */
export class Completions {
  /** One a connection at most. */
  #complete: Exchange[] = [];

  add(exchange: Exchange): void {
    if (this.#complete.push(exchange) === 1) setImmediate(() => this.#tellAll());
  }

  #tellAll(): void {
    const complete = this.#complete;
    this.#complete = [];
    for (const exchange of complete) exchange.succeed();
  }
}
