import { setTimeout as delay } from 'node:timers/promises';
import {
  type Ending,
  type GuardedCommand,
  type GuardedProcess,
  startGuarded,
} from './guarded-process.ts';
import { UserError } from '../user-error.ts';
import type { Readiness } from './readiness.ts';

/** A process to supervise. */
export type SupervisedCommand = Omit<GuardedCommand, 'logFolder'> & {
  readonly ready: Readiness;
  /** @default 30,000 */
  readonly readyLimitMs?: number;
  /** From SIGTERM to SIGKILL. @default 10,000 */
  readonly stopLimitMs?: number;
};

/** Thrown when a supervised process ended by itself, or did not get ready. */
export class ChildFailure extends UserError {
  override readonly name = 'ChildFailure';
  readonly processName: string;

  constructor(processName: string, message: string) {
    super(message);
    this.processName = processName;
  }
}

/** Keeps processes running side by side, and none of them longer than this process. */
export interface Supervisor {
  /**
   * Starts processes together, as one stage, and resolves when all are ready.
   *
   * @throws ChildFailure when one ends first, or is not ready within its limit.
   */
  start(stage: readonly SupervisedCommand[]): Promise<readonly GuardedProcess[]>;
  /** Rejects with {@link ChildFailure} when a process ends unasked after it was ready; never resolves. */
  readonly failed: Promise<never>;
  /** Stops every process: the stages one after the other, the last started first. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends every process at once, without a chance to finish its work. */
  kill(): void;
  /** Processes that run now, in starting order. */
  running(): readonly GuardedProcess[];
}

type Child = { readonly child: GuardedProcess; readonly stopLimitMs: number };

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/**
 * Creates a supervisor without processes.
 *
 * @param logFolder gets one log file a process.
 */
export function createSupervisor(logFolder: string): Supervisor {
  const stages: Child[][] = [];
  let fail: ((failure: ChildFailure) => void) | undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Whoever only starts and stops needs not listen.
  failed.catch(() => undefined);
  let stopping: Promise<void> | undefined;

  async function startOne(command: SupervisedCommand, stage: Child[]): Promise<GuardedProcess> {
    const child = startGuarded({ ...command, logFolder });
    stage.push({ child, stopLimitMs: command.stopLimitMs ?? STOP_LIMIT_MS });
    await waitUntilReady(child, command);
    void watch(child);
    return child;
  }

  async function watch(child: GuardedProcess): Promise<void> {
    const ending = await child.ended;
    if (stopping === undefined) fail?.(failureOf(child, endedMessage(ending)));
  }

  async function stopAll(): Promise<void> {
    for (const stage of stages.toReversed()) {
      await Promise.all(stage.map(({ child, stopLimitMs }) => child.stop(stopLimitMs)));
    }
  }

  const running = (): GuardedProcess[] =>
    stages
      .flat()
      .map(({ child }) => child)
      .filter((child) => !child.hasEnded());

  return {
    async start(commands) {
      if (stopping !== undefined) throw new Error('Nothing is started any more: all is stopped');
      const stage: Child[] = [];
      stages.push(stage);
      return Promise.all(commands.map((command) => startOne(command, stage)));
    },
    failed,
    stop: () => (stopping ??= stopAll()),
    kill() {
      for (const child of running()) child.signal('SIGKILL');
    },
    running,
  };
}

async function waitUntilReady(child: GuardedProcess, command: SupervisedCommand): Promise<void> {
  const limitMs = command.readyLimitMs ?? READY_LIMIT_MS;
  const waiting = new AbortController();
  const reasons = [
    child.ended.then((ending) => endedMessage(ending)),
    delay(limitMs, `was not ready after ${limitMs / 1_000} s`, { signal: waiting.signal }),
    command.ready(child, waiting.signal).then(() => undefined),
  ];
  for (const reason of reasons) reason.catch(() => undefined);
  try {
    const reason = await Promise.race(reasons);
    if (reason !== undefined) throw failureOf(child, reason);
  } finally {
    waiting.abort();
  }
}

function failureOf(child: GuardedProcess, what: string): ChildFailure {
  const lines = child.log.lastLines().map((line) => `  | ${line}`);
  const said = lines.length === 0 ? 'It said nothing.' : `It said last:\n${lines.join('\n')}`;
  return new ChildFailure(child.name, `${child.name} ${what}. ${said}\nLog: ${child.log.path}`);
}

function endedMessage(ending: Ending): string {
  if (ending.signal !== undefined) return `ended by ${ending.signal}`;
  return `ended by itself with exit code ${ending.code}`;
}
