/**
 * The fetch tasks that run now. At once twice, each would only falsify what the other sees, so a
 * second one waits for the end of the first.
 */
export class TasksInFlight {
  readonly #pops = new Map<string, TasksOfPop>();

  /** The tasks of one POP, for one lane: to be left at the lane's end. */
  enter(pop: string): TasksOfPop {
    const tasks = this.#pops.get(pop) ?? new TasksOfPop(() => this.#pops.delete(pop));
    this.#pops.set(pop, tasks);
    tasks.lanes += 1;
    return tasks;
  }
}

/** The fetch tasks that run now through one POP, by their URLs. */
export class TasksOfPop {
  readonly #onUnused: () => void;
  readonly #running = new Set<string>();
  /** By URL, who waits for the end of a task: as a rule nobody. */
  readonly #waiters = new Map<string, Set<() => void>>();
  /** Lanes that use it. */
  lanes = 0;

  constructor(onUnused: () => void) {
    this.#onUnused = onUnused;
  }

  /** A lane ends. */
  leave(): void {
    this.lanes -= 1;
    if (this.lanes === 0) this.#onUnused();
  }

  /** Writes a task down; false, and nothing is written, where the same one runs. */
  begin(url: string): boolean {
    const runningBefore = this.#running.size;
    return this.#running.add(url).size > runningBefore;
  }

  end(url: string): void {
    this.#running.delete(url);
    if (this.#waiters.size === 0) return;
    const waiters = this.#waiters.get(url);
    this.#waiters.delete(url);
    for (const wake of waiters ?? []) wake();
  }

  /** Resolves when that task has ended, or `signal` fired. */
  async untilEnded(url: string, signal: AbortSignal): Promise<void> {
    if (!this.#running.has(url) || signal.aborted) return;
    const waiters = this.#waiters.get(url) ?? new Set();
    this.#waiters.set(url, waiters);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiters.get(url) === waiters) this.#waiters.delete(url);
        resolve();
      };
      waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
