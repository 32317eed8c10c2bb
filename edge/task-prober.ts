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
import type { ConcurrencyPolicy } from './concurrency-policy.ts';
import type { FetchTask } from './fetch-task.ts';
import type { Prober, Sighting } from './reach-depth.ts';
import type { RequestRate } from './request-rate.ts';
import { TaskEnded } from './task-ended.ts';

/** What every prober of a process shares. */
export type ProberDeps = {
  readonly engine: EdgeEngine;
  readonly rate: RequestRate;
  readonly policy: ConcurrencyPolicy;
  readonly choice: AddressChoice;
  readonly deadlines: EngineDeadlines;
  /** Pause before a second Miss is tried again. */
  readonly storePauseMs: number;
};

/** What one prober asks. */
export type ProberTask = {
  readonly task: FetchTask;
  readonly url: URL;
  readonly addresses: PopAddresses;
  /** Header lines of each GET. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Runs a pause without holding the task's place. */
  readonly withoutSlot: (pause: () => Promise<void>) => Promise<void>;
};

const CONNECT_CODES: ReadonlySet<string> = new Set([
  'connect_failed',
  'connect_timeout',
  'tls_error',
]);
const BROKEN_CODES: ReadonlySet<string> = new Set(['reset', 'truncated']);
const RETRY_DELAY_MS = 50;
const RETRY_JITTER_MS = 200;

/** Asks one POP about one URL, and keeps what the task's result needs. */
export class TaskProber implements Prober {
  readonly #deps: ProberDeps;
  readonly #asked: ProberTask;
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

  constructor(deps: ProberDeps, asked: ProberTask) {
    this.#deps = deps;
    this.#asked = asked;
  }

  knowsLayers(): boolean {
    return this.#knowsLayers;
  }

  async pause(): Promise<void> {
    const { signal } = this.#asked.task;
    await this.#asked.withoutSlot(() => sleep(this.#deps.storePauseMs, undefined, { signal }));
  }

  fetch(): Promise<Sighting> {
    return this.#ask([], (answer) => {
      const facts = this.#note(answer);
      const failure = failureOfAnswer(answer, facts);
      if (failure !== undefined) throw new TaskEnded(failure, describeAnswer(answer, facts));
      this.bodyBytes = answer.bodyBytes;
      return sightingOf(facts);
    });
  }

  async check(): Promise<Sighting> {
    // An empty body has no byte 0: the whole GET costs nothing and can't be answered with 416.
    if (this.bodyBytes === 0) return this.fetch();
    try {
      return await this.#ask([['Range', 'bytes=0-0']], (answer) => {
        const facts = this.#note(answer);
        return this.#isProof(answer, facts) ? sightingOf(facts) : NO_PROOF;
      });
    } catch (error) {
      // The fetches before said what they said; a check that breaks only proves nothing.
      if (error instanceof TaskEnded && error.outcome !== undefined) return NO_PROOF;
      throw error;
    }
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
    const { task } = this.#asked;
    const facts = readFacts(answer, task.pop);
    this.fetches += 1;
    this.status = answer.status;
    this.facts = facts;
    this.headers = answer.headers;
    this.#knowsLayers ||= facts.hasServerTiming;
    this.isRevalidating ||= facts.isRefreshed;
    const { bodyBytes, firstByteMs, connectMs = 0 } = answer;
    const totalMs = answer.totalMs - connectMs;
    const isFailed = facts.isSlowDown;
    this.#deps.policy.note({ pop: task.pop, bodyBytes, firstByteMs, totalMs, isFailed });
    if (facts.isSlowDown) {
      this.#deps.rate.slowDown(task.pop);
      throw new TaskEnded(undefined, undefined, { isSlowedDown: true });
    }
    return facts;
  }

  /** Sends a GET, again where that is worth it, and reads its answer. */
  async #ask(
    moreHeaders: ProberTask['headers'],
    read: (answer: EngineAnswer) => Sighting,
  ): Promise<Sighting> {
    const { task, url, addresses } = this.#asked;
    const { engine, rate, choice } = this.#deps;
    const candidates = url.protocol === 'http:' ? addresses.http : addresses.https;
    let address = choice.pick(candidates);
    for (;;) {
      if (address === undefined) {
        const scheme = url.protocol.slice(0, -1);
        throw new TaskEnded('connect_failed', `the POP has no address for ${scheme}`);
      }
      const turn = rate.take(task.pop, task.signal);
      if (turn !== undefined) await turn;
      try {
        return read(await engine.fetch(this.#request(address, moreHeaders)));
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        address = this.#nextAddress(error, candidates, address);
      }
      await this.#jitter();
    }
  }

  #request(address: EdgeAddress, moreHeaders: ProberTask['headers']): EngineRequest {
    const { task, url, headers } = this.#asked;
    return {
      url,
      address,
      method: 'GET',
      headers: moreHeaders.length === 0 ? headers : [...headers, ...moreHeaders],
      deadlines: this.#deps.deadlines,
      signal: task.signal,
      onBodyBytes: task.onBodyBytes,
    };
  }

  /** Where to try again after a failure. @throws TaskEnded when it is not worth another try. */
  #nextAddress(
    error: EngineError,
    candidates: readonly EdgeAddress[],
    failed: EdgeAddress,
  ): EdgeAddress {
    const { pop } = this.#asked.task;
    const { code, status, bodyBytes } = error.facts;
    if (status !== undefined) this.status = status;
    if (code !== 'aborted') {
      this.#deps.policy.note({ pop, bodyBytes, firstByteMs: 0, totalMs: 0, isFailed: true });
    }
    if (CONNECT_CODES.has(code)) {
      this.#deps.choice.avoid(failed);
      const other = this.#deps.choice.pick(candidates, failed);
      if (other !== undefined && this.#connectTries-- > 0) return other;
    }
    if (BROKEN_CODES.has(code) && this.#brokenTries-- > 0) return failed;
    throw new TaskEnded(failureOfError(code), error.message.slice(0, 200));
  }

  async #jitter(): Promise<void> {
    const { signal } = this.#asked.task;
    await sleep(RETRY_DELAY_MS + Math.random() * RETRY_JITTER_MS, undefined, { signal });
  }
}

const NO_PROOF: Sighting = { isHit: false, isEdgeHit: false, isLambdaGenerated: false };

function sightingOf({ isHit, layer, isLambdaGenerated }: AnswerFacts): Sighting {
  return { isHit, isEdgeHit: isHit && layer === 'EDGE', isLambdaGenerated };
}
