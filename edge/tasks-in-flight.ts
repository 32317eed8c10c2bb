/**
 * The fetch tasks that run now. At once twice, each would only falsify what the other sees, so a
 * second one waits for the end of the first.
 */
export class TasksInFlight {
  readonly #pops = new Map<string, TasksOfPop>();

  /** A lane begins to run tasks of a POP. */
  enter(pop: string): LaneInFlight {
    const tasks = this.#pops.get(pop) ?? { lanes: [], waiters: new Map() };
    this.#pops.set(pop, tasks);
    return new LaneInFlight(tasks, () => this.#pops.delete(pop));
  }
}

/** URLs of one list differ at their ends, if at all. */
const MARKED_CHARACTERS = 8;

type TasksOfPop = {
  readonly lanes: LaneInFlight[];
  /** By URL, who waits for the end of a task: as a rule nobody. */
  readonly waiters: Map<string, Set<() => void>>;
};

/** What one lane runs: one task at a time, of one POP. */
export class LaneInFlight {
  readonly #tasks: TasksOfPop;
  readonly #onLast: () => void;
  #url: string | undefined;
  /** Of the URL; that of the last one while nothing runs. */
  #mark = 0;

  /** @param onLast called when the last lane of the POP ends. */
  constructor(tasks: TasksOfPop, onLast: () => void) {
    this.#tasks = tasks;
    this.#onLast = onLast;
    tasks.lanes.push(this);
  }

  /** The lane ends. */
  leave(): void {
    const { lanes } = this.#tasks;
    lanes.splice(lanes.indexOf(this), 1);
    if (lanes.length === 0) this.#onLast();
  }

  /** Writes a task down; false, and nothing is written, where the same one runs in another lane. */
  begin(url: string): boolean {
    const mark = markOf(url);
    if (this.#isRunning(url, mark)) return false;
    this.#url = url;
    this.#mark = mark;
    return true;
  }

  end(): void {
    const url = this.#url;
    this.#url = undefined;
    const { waiters } = this.#tasks;
    if (waiters.size === 0 || url === undefined) return;
    const ofUrl = waiters.get(url);
    waiters.delete(url);
    for (const wake of ofUrl ?? []) wake();
  }

  /** Resolves when that task has ended, or `signal` fired. */
  async untilEnded(url: string, signal: AbortSignal): Promise<void> {
    if (!this.#isRunning(url, markOf(url)) || signal.aborted) return;
    const { waiters } = this.#tasks;
    const ofUrl = waiters.get(url) ?? new Set();
    waiters.set(url, ofUrl);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        ofUrl.delete(wake);
        if (ofUrl.size === 0 && waiters.get(url) === ofUrl) waiters.delete(url);
        resolve();
      };
      ofUrl.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** A look at each lane: a set of URLs would hash each of them, which costs more than the look. */
  #isRunning(url: string, mark: number): boolean {
    for (const lane of this.#tasks.lanes) {
      if (lane.#mark === mark && lane.#url === url) return true;
    }
    return false;
  }
}

/** What tells URLs apart as a rule, in their last characters: a number is compared without a look at a text. */
function markOf(url: string): number {
  let mark = url.length;
  for (let at = Math.max(0, url.length - MARKED_CHARACTERS); at < url.length; at += 1) {
    mark = (Math.imul(mark, 31) + url.charCodeAt(at)) | 0;
  }
  return mark;
}
