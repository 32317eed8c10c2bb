import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../domain/outcome.ts';
import { describeCaching } from './describe-answer.ts';
import { DirectoryError, type EdgeDirectory, type PopResolution } from './directory.ts';
import type { EngineAnswer } from './engine.ts';
import type { FetchTask, FetchTaskResult } from './fetch-task.ts';
import {
  type DepthStory,
  FIRST_STEP,
  NO_PROOF,
  reachDepth,
  type Sighting,
  type Step,
} from './reach-depth.ts';
import { TaskEnded } from './task-ended.ts';
import { type Ask, type ProberDeps, TaskProber } from './task-prober.ts';
import type { LaneInFlight } from './tasks-in-flight.ts';

/** What the tasks of one lane run with. */
export type TaskMeans = ProberDeps & {
  readonly directory: EdgeDirectory;
  readonly inFlight: LaneInFlight;
  /** Pause before a second Miss is tried again. */
  readonly storePauseMs: number;
};

type TaskEnd = Pick<FetchTaskResult, 'outcome' | 'message' | 'isSlowedDown'>;

const HANDED_BACK: TaskEnd = { outcome: undefined, message: undefined, isSlowedDown: false };

/**
 * One fetch task, from its opening to its result. It says which {@link step} comes next, and its
 * owner takes that step, so that a task needs no promise but those of its GETs.
 *
 * Each method throws TaskEnded when the task has ended with it.
 */
export class TaskRun {
  readonly #means: TaskMeans;
  readonly #task: FetchTask;
  readonly #prober: TaskProber;
  /** Undefined before the answer to the first step. */
  #story: DepthStory | undefined;
  #hasBegun = false;
  #end = HANDED_BACK;
  /** The step to take; undefined before the opening, and once there is an outcome. */
  step: Step | undefined;

  constructor(means: TaskMeans, task: FetchTask) {
    this.#means = means;
    this.#task = task;
    this.#prober = new TaskProber(means, task);
  }

  /**
   * Waits for the end of the same task elsewhere, and finds the POP's addresses. Returns a promise
   * where that can't be done at once.
   *
   * @throws DirectoryError when the directory can't be asked.
   */
  open(): Promise<void> | undefined {
    const { directory, inFlight, slot } = this.#means;
    const { url, domainName } = this.#task;
    if (!inFlight.begin(url.text)) return this.#openLater();
    this.#hasBegun = true;
    const resolution = directory.resolve(slot.pop, domainName);
    if (resolution instanceof Promise) return resolution.then((known) => this.#start(known));
    this.#start(resolution);
    return undefined;
  }

  /** Sends the GET of a step. */
  send(ask: Ask): Promise<EngineAnswer> {
    return this.#prober.send(ask);
  }

  /** Takes the answer to a step. */
  read(ask: Ask, answer: EngineAnswer): void {
    this.#goOn(this.#prober.read(ask, answer));
  }

  /** Takes a step again that failed. @throws the failure itself when it is not the engine's. */
  async retry(ask: Ask, failure: unknown): Promise<void> {
    this.#goOn(await this.#prober.retry(ask, failure));
  }

  /** The pause before a second Miss is tried again. */
  async pause(): Promise<void> {
    const { signal } = this.#means.lane;
    await this.#leaveFor(() => sleep(this.#means.storePauseMs, undefined, { signal }));
    this.#goOn(NO_PROOF);
  }

  /** Turns what ended the task into its end. @throws anything unknown: a defect. */
  fail(error: unknown): void {
    if (error instanceof TaskEnded) {
      const { outcome, message, isSlowedDown } = error;
      this.#end = { outcome, message: message === '' ? undefined : message, isSlowedDown };
    } else if (this.#means.lane.signal.aborted) {
      this.#end = HANDED_BACK;
    } else if (error instanceof DirectoryError) {
      this.#end = { outcome: 'connect_failed', message: error.message, isSlowedDown: false };
    } else {
      throw error;
    }
  }

  /** Lets the same task go elsewhere; to be called in any case. */
  close(): void {
    if (this.#hasBegun) this.#means.inFlight.end();
  }

  result(): FetchTaskResult {
    const { bodyBytes, fetches, isRevalidating, status, facts } = this.#prober;
    return {
      outcome: this.#end.outcome,
      isSlowedDown: this.#end.isSlowedDown,
      bodyBytes,
      fetches,
      isRevalidating,
      status,
      servedBy: facts?.servedBy,
      xCache: facts?.xCache,
      message: this.#end.message?.slice(0, 200),
    };
  }

  async #openLater(): Promise<void> {
    const { inFlight, lane } = this.#means;
    await this.#leaveFor(() => inFlight.untilEnded(this.#task.url.text, lane.signal));
    await this.open();
  }

  #start(resolution: PopResolution): void {
    if (!resolution.isFound) throw new TaskEnded('connect_failed', resolution.reason);
    this.#prober.useAddresses(resolution.addresses);
    this.step = FIRST_STEP;
  }

  #goOn(sighting: Sighting): void {
    const story = this.#story ?? reachDepth(this.#means.lane.depth, sighting);
    if (typeof story === 'string') return this.#endWith(story);
    // What begins a story is read by nobody: it had the first sighting already.
    const { done, value } = story.next(sighting);
    if (done === true) return this.#endWith(value);
    this.#story = story;
    this.step = value;
  }

  #endWith(outcome: Outcome): void {
    this.step = undefined;
    const { headers } = this.#prober;
    const isTelling = outcome === 'not_cacheable' && headers !== undefined;
    const message = isTelling ? describeCaching(headers) : undefined;
    this.#end = { outcome, message, isSlowedDown: false };
  }

  async #leaveFor(wait: () => Promise<void>): Promise<void> {
    const { slot, lane } = this.#means;
    const hasSlot = await slot.leaveFor(wait, lane.signal);
    if (!hasSlot) throw new TaskEnded(undefined, undefined);
  }
}
