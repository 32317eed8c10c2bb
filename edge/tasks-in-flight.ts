/**
 * The fetch tasks that run now, by a key. At once twice, each would only falsify what the other
 * sees, so a second one waits for the end of the first.
 */
export class TasksInFlight {
  /** Who waits for the end of each task; most have nobody. */
  readonly #waiters = new Map<string, Set<() => void> | undefined>();

  has(key: string): boolean {
    return this.#waiters.has(key);
  }

  begin(key: string): void {
    this.#waiters.set(key, undefined);
  }

  end(key: string): void {
    const waiters = this.#waiters.get(key);
    this.#waiters.delete(key);
    for (const wake of waiters ?? []) wake();
  }

  /** Resolves when the task of that key has ended, or `signal` fired. */
  async untilEnded(key: string, signal: AbortSignal): Promise<void> {
    if (!this.#waiters.has(key) || signal.aborted) return;
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        waiters.delete(wake);
        resolve();
      };
      waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
