type Waiters = Set<() => void>;

/**
 * The fetch tasks that run now. At once twice, each would only falsify what the other sees, so a
 * second one waits for the end of the first.
 */
export class TasksInFlight {
  /** By POP and URL, who waits for the end of the task; most have nobody. */
  readonly #pops = new Map<string, Map<string, Waiters | undefined>>();

  has({ pop, url }: Task): boolean {
    return this.#pops.get(pop)?.has(url) ?? false;
  }

  begin({ pop, url }: Task): void {
    const urls = this.#pops.get(pop) ?? new Map<string, Waiters | undefined>();
    this.#pops.set(pop, urls);
    urls.set(url, undefined);
  }

  end({ pop, url }: Task): void {
    const urls = this.#pops.get(pop);
    const waiters = urls?.get(url);
    urls?.delete(url);
    if (urls?.size === 0) this.#pops.delete(pop);
    for (const wake of waiters ?? []) wake();
  }

  /** Resolves when that task has ended, or `signal` fired. */
  async untilEnded({ pop, url, signal }: Task & { readonly signal: AbortSignal }): Promise<void> {
    const urls = this.#pops.get(pop);
    if (urls === undefined || !urls.has(url) || signal.aborted) return;
    const waiters = urls.get(url) ?? new Set();
    urls.set(url, waiters);
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

/** Which task: two are the same when both are. */
type Task = { readonly pop: string; readonly url: string };
