import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressChoice } from './address-choice.ts';
import { describeAnswer } from './describe-answer.ts';
import { failureOfAnswer, failureOfError, readFacts, type AnswerFacts } from './classify.ts';
import type { PopAddresses } from './directory.ts';
import {
  EngineError,
  type EdgeAddress,
  type EdgeEngine,
  type EngineAnswer,
  type EngineDeadlines,
  type EngineRequest,
} from './engine.ts';
import type { FetchTask, Lane } from './fetch-task.ts';
import type { Slot } from './pop-limiter.ts';
import { NO_PROOF, type Sighting, type Step } from './reach-depth.ts';
import { requestHeaders } from './request-headers.ts';
import type { PopRate } from './request-rate.ts';
import { TaskEnded } from './task-ended.ts';

/** What the probers of one lane share. */
export type ProberDeps = {
  readonly engine: EdgeEngine;
  readonly slot: Slot;
  readonly lane: Lane;
  readonly rate: PopRate;
  readonly choice: AddressChoice;
  readonly deadlines: EngineDeadlines;
};

const CONNECT_CODES: ReadonlySet<string> = new Set([
  'connect_failed',
  'connect_timeout',
  'tls_error',
]);
const BROKEN_CODES: ReadonlySet<string> = new Set(['reset', 'truncated']);
const RETRY_DELAY_MS = 50;
const RETRY_JITTER_MS = 200;

const RANGE_OF_CHECK = ['Range', 'bytes=0-0'] as const;

/** A step that asks the POP. */
export type Ask = Exclude<Step, 'pause'>;

/**
 * Asks one POP about one URL, and keeps what the task's result needs. A step is sent, then its answer
 * read, or the failure retried: three calls, so that a step that succeeds costs one promise.
 */
export class TaskProber {
  readonly #deps: ProberDeps;
  readonly #task: FetchTask;
  #candidates: readonly EdgeAddress[] = [];
  #address: EdgeAddress | undefined;
  #connectTries = 1;
  #brokenTries = 1;
  #knowsLayers = false;
  /** GETs answered to the end. */
  fetches = 0;
  bodyBytes: number | undefined;
  isRevalidating = false;
  status: number | undefined;
  facts: AnswerFacts | undefined;
  headers: EngineAnswer['headers'] | undefined;

  constructor(deps: ProberDeps, task: FetchTask) {
    this.#deps = deps;
    this.#task = task;
  }

  /** Where the POP listens; to be called first. */
  useAddresses(addresses: PopAddresses): void {
    this.#candidates = addresses[this.#task.url.origin.scheme];
  }

  /**
   * Sends the GET of a step as soon as the POP's rate allows it.
   *
   * @throws TaskEnded when the POP has no address for the URL's scheme.
   */
  send(ask: Ask): Promise<EngineAnswer> {
    return this.#sendTo(this.#deps.choice.pick(this.#candidates), ask);
  }

  /** Reads the answer to a step. @throws TaskEnded when it is no answer that the story can go on with. */
  read(ask: Ask, answer: EngineAnswer): Sighting {
    const facts = this.#note(answer);
    if (this.#isWhole(ask)) {
      const failure = failureOfAnswer(answer, facts);
      if (failure !== undefined) throw new TaskEnded(failure, describeAnswer(answer, facts));
      this.bodyBytes = answer.bodyBytes;
    } else if (!this.#isProof(answer, facts)) {
      return NO_PROOF;
    }
    const { isHit, layer, isLambdaGenerated } = facts;
    const isEdgeHit = isHit && layer === 'EDGE';
    return { isHit, isEdgeHit, isLambdaGenerated, knowsLayers: this.#knowsLayers };
  }

  /**
   * Sends a step again after `failure`, as often as that is worth it.
   *
   * @throws TaskEnded when it is not, and `failure` itself when it is not the engine's.
   */
  async retry(ask: Ask, failure: unknown): Promise<Sighting> {
    try {
      const address = this.#nextAddress(failure);
      await this.#jitter();
      return this.read(ask, await this.#sendTo(address, ask));
    } catch (error) {
      if (error instanceof EngineError) return this.retry(ask, error);
      // The fetches before said what they said; a check that breaks only proves nothing.
      const isAnswered = error instanceof TaskEnded && error.outcome !== undefined;
      if (isAnswered && !this.#isWhole(ask)) return NO_PROOF;
      throw error;
    }
  }

  /** An empty body has no byte 0: to check it is to fetch it, and that can't be answered with 416. */
  #isWhole(ask: Ask): boolean {
    return ask === 'fetch' || this.bodyBytes === 0;
  }

  /** Whether a check's answer is about the very body that was fetched, from the POP asked. */
  #isProof(answer: EngineAnswer, facts: AnswerFacts): boolean {
    if (facts.popMatch !== 'asked') return false;
    if (answer.status === 200) return !answer.isLengthUnknown;
    if (answer.status !== 206) return false;
    const [range = ''] = answer.headers.get('content-range') ?? [];
    const total = /^bytes 0-0\/(\d{1,15})$/.exec(range)?.[1];
    return total === undefined || Number(total) === this.bodyBytes;
  }

  #note(answer: EngineAnswer): AnswerFacts {
    const facts = readFacts(answer, this.#deps.slot.pop);
    this.fetches += 1;
    this.status = answer.status;
    this.facts = facts;
    this.headers = answer.headers;
    this.#knowsLayers ||= facts.hasServerTiming;
    this.isRevalidating ||= facts.isRefreshed;
    const { bodyBytes, firstByteMs, endedAtMs, connectMs = 0 } = answer;
    const totalMs = answer.totalMs - connectMs;
    const isFailed = facts.isSlowDown;
    this.#deps.slot.note({ bodyBytes, firstByteMs, totalMs, endedAtMs, isFailed });
    if (facts.isSlowDown) {
      this.#deps.rate.slowDown();
      throw new TaskEnded(undefined, undefined, { isSlowedDown: true });
    }
    return facts;
  }

  #sendTo(address: EdgeAddress | undefined, ask: Ask): Promise<EngineAnswer> {
    const { engine, rate, lane } = this.#deps;
    if (address === undefined) {
      const { scheme } = this.#task.url.origin;
      throw new TaskEnded('connect_failed', `the POP has no address for ${scheme}`);
    }
    this.#address = address;
    const request = this.#request(address, ask);
    const turn = rate.take(lane.signal);
    return turn === undefined ? engine.fetch(request) : turn.then(() => engine.fetch(request));
  }

  #request(address: EdgeAddress, ask: Ask): EngineRequest {
    const { headers, signal, onBodyBytes } = this.#deps.lane;
    const lines = requestHeaders(headers);
    return {
      url: this.#task.url,
      address,
      method: 'GET',
      headers: this.#isWhole(ask) ? lines : [...lines, RANGE_OF_CHECK],
      deadlines: this.#deps.deadlines,
      signal,
      onBodyBytes,
    };
  }

  /** Where to try again after a failure. @throws TaskEnded when it is not worth another try. */
  #nextAddress(failure: unknown): EdgeAddress {
    const failed = this.#address;
    if (!(failure instanceof EngineError) || failed === undefined) throw failure;
    const { choice, slot } = this.#deps;
    const { code, status, bodyBytes } = failure.facts;
    if (status !== undefined) this.status = status;
    if (code !== 'aborted') {
      const endedAtMs = performance.now();
      slot.note({ bodyBytes, firstByteMs: 0, totalMs: 0, endedAtMs, isFailed: true });
    }
    if (CONNECT_CODES.has(code)) {
      choice.avoid(failed);
      const other = choice.pick(this.#candidates, failed);
      if (other !== undefined && this.#connectTries-- > 0) return other;
    }
    if (BROKEN_CODES.has(code) && this.#brokenTries-- > 0) return failed;
    throw new TaskEnded(failureOfError(code), failure.message.slice(0, 200));
  }

  async #jitter(): Promise<void> {
    const { signal } = this.#deps.lane;
    await sleep(RETRY_DELAY_MS + Math.random() * RETRY_JITTER_MS, undefined, { signal });
  }
}
