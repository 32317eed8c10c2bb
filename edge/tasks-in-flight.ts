type Waiters = Set<() => void>;

/**
 * The fetch tasks that run now. At once twice, each would only falsify what the other sees, so a
 * second one waits for the end of the first.
 */
export class TasksInFlight {
  /** URLs by POP. */
  readonly #running = new Map<string, Set<string>>();
  /** By POP and URL, who waits for the end of a task: as a rule nobody. */
  readonly #waiters = new Map<string, Waiters>();

  /** Writes a task down; false, and nothing is written, where the same one runs. */
  begin({ pop, url }: Task): boolean {
    const urls = this.#running.get(pop);
    if (urls === undefined) {
      this.#running.set(pop, new Set([url]));
      return true;
    }
    const runningBefore = urls.size;
    return urls.add(url).size > runningBefore;
  }

  end(task: Task): void {
    const urls = this.#running.get(task.pop);
    urls?.delete(task.url);
    if (urls?.size === 0) this.#running.delete(task.pop);
    if (this.#waiters.size === 0) return;
    const waiters = this.#waiters.get(keyOf(task));
    this.#waiters.delete(keyOf(task));
    for (const wake of waiters ?? []) wake();
  }

  /** Resolves when that task has ended, or `signal` fired. */
  async untilEnded(task: Task & { readonly signal: AbortSignal }): Promise<void> {
    const { pop, url, signal } = task;
    if (this.#running.get(pop)?.has(url) !== true || signal.aborted) return;
    const waiters: Waiters = this.#waiters.get(keyOf(task)) ?? new Set();
    this.#waiters.set(keyOf(task), waiters);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#leave(task, waiters, wake);
        resolve();
      };
      waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #leave(task: Task, waiters: Waiters, wake: () => void): void {
    waiters.delete(wake);
    if (waiters.size === 0 && this.#waiters.get(keyOf(task)) === waiters) {
      this.#waiters.delete(keyOf(task));
    }
  }
}

/** Which task: two are the same when both are. */
type Task = { readonly pop: string; readonly url: string };

/** No POP id and no URL has a blank in it. */
function keyOf({ pop, url }: Task): string {
  return `${pop} ${url}`;
}
