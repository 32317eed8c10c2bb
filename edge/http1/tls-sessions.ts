/** Sessions kept at most: as many as a process has POP addresses to talk to, and some. */
const MAXIMUM_SESSIONS = 1_024;

/**
 * The last TLS session of each (address, host): a resumed handshake costs a third less CPU.
 * Bounded; the session that was stored first goes first.
 */
export class TlsSessions {
  readonly #byPool = new Map<string, Buffer>();

  get(poolKey: string): Buffer | undefined {
    return this.#byPool.get(poolKey);
  }

  set(poolKey: string, session: Buffer): void {
    this.#byPool.delete(poolKey);
    this.#byPool.set(poolKey, session);
    if (this.#byPool.size <= MAXIMUM_SESSIONS) return;
    const [oldest] = this.#byPool.keys();
    if (oldest !== undefined) this.#byPool.delete(oldest);
  }

  /** Drops a session that may have made a handshake fail. */
  delete(poolKey: string): void {
    this.#byPool.delete(poolKey);
  }
}
