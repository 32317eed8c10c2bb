import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type MachineUse, machineUse, processUse } from './engine-proc.ts';

/** The server side has CPU 0, the client under test CPU 1: neither takes the other's time. */
export const SERVER_CPU = '0';
export const CLIENT_CPU = '1';

/** What a process used during a measure. */
export type ClientUse = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly maximumRssBytes: number;
  /** Cores that programs other than this benchmark took meanwhile. */
  readonly foreignCores: number;
};

const SAMPLE_MS = 20;

/** Installs what the benchmark compares with, where it is missing and apt-get is at hand. */
export function requireTools(): void {
  const missing = ['nginx', 'wrk', 'curl', 'taskset'].filter((tool) => !hasTool(tool));
  if (missing.length === 0) return;
  const packages = missing.map((tool) => (tool === 'taskset' ? 'util-linux' : tool));
  console.log(`Installing ${packages.join(', ')} by apt-get, to compare with`);
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  execFileSync('apt-get', ['install', '-y', '-qq', ...packages], { stdio: 'ignore' });
}

/**
 * Runs a client on its CPU to its end and measures it from outside, the same way for every client.
 *
 * @throws Error when it exits with another status than 0.
 */
export async function runClient(
  command: string,
  args: readonly string[],
): Promise<ClientUse & { readonly stdout: string }> {
  const startedAtMs = performance.now();
  const before = machineUse();
  // taskset replaces itself by the command, so the process id is the client's.
  const child = spawn('taskset', ['-c', CLIENT_CPU, command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endWithThisProcess(child);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  let use = { cpuSeconds: 0, maximumRssBytes: 0 };
  const sampling = setInterval(() => (use = processUse(child.pid) ?? use), SAMPLE_MS);
  await once(child, 'close').finally(() => clearInterval(sampling));
  if (child.exitCode !== 0) throw new Error(`${command} ended with ${child.exitCode}: ${stdout}`);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const foreignCores = Math.max(0, foreignSeconds(before, machineUse(), use.cpuSeconds) / seconds);
  return { stdout, seconds, ...use, foreignCores };
}

/** Leaves no child behind when the benchmark is stopped half-way. */
export function endWithThisProcess(child: ChildProcess): void {
  const kill = () => child.kill();
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
}

/**
 * CPU seconds of the machine beside this process, its children and, by `clientSeconds`, a client that
 * has ended since.
 */
export function foreignSeconds(
  before: MachineUse,
  after: MachineUse,
  clientSeconds: number,
): number {
  const own = after.ownSeconds - before.ownSeconds + clientSeconds;
  return after.busySeconds - before.busySeconds - own;
}

function hasTool(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    // `which` says by its status that there is none.
    return false;
  }
}
