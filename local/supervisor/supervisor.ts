import { setTimeout as delay } from 'node:timers/promises';
import {
  type Ending,
  type GuardedCommand,
  type GuardedProcess,
  startGuarded,
} from './guarded-process.ts';
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
export class ChildFailure extends Error {
  override readonly name = 'ChildFailure' as const;
  readonly processName: string;

  constructor(processName: string, message: string) {
    super(message);
    this.processName = processName;
  }
}

/** Keeps processes running side by side, and none of them longer than this process. */
export interface Supervisor {
  /**
   * Starts a process and resolves when it is ready.
   *
   * @throws ChildFailure when it ends first, or is not ready within its limit.
   */
  start(command: SupervisedCommand): Promise<GuardedProcess>;
  /** Rejects with {@link ChildFailure} when a process ends unasked after it was ready; never resolves. */
  readonly failed: Promise<never>;
  /** Stops every process, the last started first, each fully before the next. Safe to call twice. */
  stop(): Promise<void>;
  /** Processes that run now, in starting order. */
  running(): readonly GuardedProcess[];
}

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/** Creates a supervisor without processes. @param logFolder gets one log file a process. */
export function createSupervisor(logFolder: string): Supervisor {
  const children: { child: GuardedProcess; stopLimitMs: number }[] = [];
  let fail: ((failure: ChildFailure) => void) | undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Whoever only starts and stops needs not listen.
  failed.catch(() => undefined);
  let stopping: Promise<void> | undefined;

  async function start(command: SupervisedCommand): Promise<GuardedProcess> {
    if (stopping !== undefined) throw new ChildFailure(command.name, stoppedMessage(command.name));
    const child = startGuarded({ ...command, logFolder });
    children.push({ child, stopLimitMs: command.stopLimitMs ?? STOP_LIMIT_MS });
    await waitUntilReady(child, command);
    void watch(child);
    return child;
  }

  async function watch(child: GuardedProcess): Promise<void> {
    const ending = await child.ended;
    if (stopping === undefined) fail?.(failureOf(child, endedMessage(ending)));
  }

  async function stopAll(): Promise<void> {
    for (const { child, stopLimitMs } of children.toReversed()) await child.stop(stopLimitMs);
  }

  return {
    start,
    failed,
    stop: () => (stopping ??= stopAll()),
    running: () => children.map(({ child }) => child).filter((child) => !child.hasEnded()),
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

function stoppedMessage(name: string): string {
  return `${name} was not started: everything is being stopped`;
}
