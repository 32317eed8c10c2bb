import { spawn } from 'node:child_process';

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
};

const KEPT_CHARACTERS = 64 * 1024;

/** Runs a command to its end without a shell and without stdin. Never throws: failure is a code. */
export function runCommand(command: Command): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command.command, command.args, {
      cwd: command.folder,
      env: command.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: command.limitMs,
      killSignal: 'SIGKILL',
    });
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
