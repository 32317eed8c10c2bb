import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';

/** How a command ended and what it said. */
export type CommandResult = {
  /** 127 when it could not be started, 128 + signal number after a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** What to run. */
export type Command = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
  /** Killed after this. */
  readonly limitMs: number;
  /** Whether it must not outlive this process; for commands that run long. @default false */
  readonly isGuarded?: boolean;
};

const KEPT_CHARACTERS = 64 * 1024;

/** Runs a command to its end without a shell and without input. Never throws: failure is a code. */
export function runCommand(command: Command): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { isGuarded = false } = command;
    const guard = join(projectRoot(), 'local/supervisor/guard.mjs');
    const [file, ...args] = isGuarded
      ? [process.execPath, guard, command.command, ...command.args]
      : [command.command, ...command.args];
    const child = spawn(file, args, {
      cwd: command.folder,
      env: command.environment,
      detached: isGuarded,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: command.limitMs,
      killSignal: isGuarded ? 'SIGTERM' : 'SIGKILL',
    });
    // Without a guard nobody may wait for input; a guard lives as long as the pipe is open.
    if (!isGuarded) child.stdin.end();
    child.stdin.on('error', () => undefined);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_CHARACTERS);
    });
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.on('close', (code, signal) => {
      const killed = `killed by ${signal} after at most ${command.limitMs / 1_000} s`;
      resolve({ code: code ?? 137, stdout, stderr: signal === null ? stderr : killed });
    });
  });
}
