import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { type LogFile, createLogFile } from './log-file.ts';

/** A command to run and where its output goes. */
export type GuardedCommand = {
  /** Short, unique among its siblings: names the log file and every message. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The command's whole environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of `<name>.log`. */
  readonly logFolder: string;
};

/** How a command ended: its exit code (128 + signal number after a signal), or the guard's signal. */
export type Ending = { readonly code: number | undefined; readonly signal: string | undefined };

/** A running command that can't outlive this process. */
export interface GuardedProcess {
  readonly name: string;
  /** Process group of the command and its guard. */
  readonly groupId: number;
  readonly log: LogFile;
  /** Settles when the command has ended. */
  readonly ended: Promise<Ending>;
  hasEnded(): boolean;
  /** Sends a signal: SIGKILL, SIGSTOP and SIGCONT to the whole group, others to the command alone. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL to the group after `limitMs`. Resolves when it has ended. */
  stop(limitMs: number): Promise<Ending>;
}

const GROUP_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGSTOP', 'SIGCONT']);

/**
 * Starts a command under `guard.mjs`, so that it ends when this process does, even by SIGKILL.
 *
 * @throws Error when the guard itself can't be started.
 */
export function startGuarded(command: GuardedCommand): GuardedProcess {
  const guard = join(projectRoot(), 'local/supervisor/guard.mjs');
  const child = spawn(process.execPath, [guard, command.command, ...command.args], {
    detached: true,
    env: command.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const groupId = child.pid;
  if (groupId === undefined) throw new Error(`Can't start a process for ${command.name}`);

  const log = createLogFile(join(command.logFolder, `${command.name}.log`));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => log.write(text));
  }
  // Writing is never tried, but a guard that dies first makes the pipe report an error.
  child.stdin.on('error', (error) => log.write(`${error.message}\n`));

  // Also a guard can be killed: what it guarded must not go on without it.
  child.on('exit', () => sendSignal(-groupId, 'SIGKILL'));
  let hasEnded = false;
  const ended = once(child, 'close').then((): Ending => {
    hasEnded = true;
    log.close();
    return { code: child.exitCode ?? undefined, signal: child.signalCode ?? undefined };
  });

  const signal = (name: NodeJS.Signals): void => {
    if (hasEnded) return;
    sendSignal(GROUP_SIGNALS.has(name) ? -groupId : groupId, name);
  };

  async function stop(limitMs: number): Promise<Ending> {
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), limitMs);
    const ending = await ended;
    clearTimeout(timer);
    return ending;
  }

  return { name: command.name, groupId, log, ended, hasEnded: () => hasEnded, signal, stop };
}

function sendSignal(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    // It has ended already, which is what was wanted; macOS says EPERM of a group of zombies.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
