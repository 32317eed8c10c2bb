import { setTimeout as delay } from 'node:timers/promises';
import {
  type GuardedCommand,
  type GuardedProcess,
  startGuarded,
} from '../../local/supervisor/guarded-process.ts';

/** A process that can be killed and started again. */
export interface Daemon {
  /** Starts it and resolves when it can be used. @throws Error with its last words when it can't. */
  start(): Promise<void>;
  /** SIGKILL, as a machine that loses power. Resolves when nothing of it runs any more. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const PAUSE_MS = 100;

/**
 * Creates a daemon that is not started.
 *
 * @param isReady asked every 100 ms after the start.
 */
export function createDaemon(command: GuardedCommand, isReady: () => Promise<boolean>): Daemon {
  let child: GuardedProcess | undefined;

  async function start(): Promise<void> {
    const giveUpAtMs = Date.now() + READY_LIMIT_MS;
    child = startGuarded(command);
    while (!(await isReady())) {
      if (child.hasEnded()) {
        // After a SIGKILL PostgreSQL's own children hold its memory for a moment longer.
        await delay(PAUSE_MS);
        child = startGuarded(command);
      }
      if (Date.now() > giveUpAtMs) {
        const said = child.log.lastLines().join('\n');
        throw new Error(`${command.name} is not ready after ${READY_LIMIT_MS / 1_000} s:\n${said}`);
      }
      await delay(PAUSE_MS);
    }
  }

  return {
    start,
    kill: async () => {
      child?.signal('SIGKILL');
      await child?.ended;
    },
    stop: async () => {
      await child?.stop(STOP_LIMIT_MS);
    },
  };
}
