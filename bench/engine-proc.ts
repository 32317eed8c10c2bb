import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds of the whole machine, and those of this process and its running children. */
export type MachineUse = { readonly busySeconds: number; readonly ownSeconds: number };

/** USER_HZ of Linux (proc(5)). */
const TICKS_PER_SECOND = 100;
const IDLE_FIELDS = new Set([3, 4]);
const USER_TO_STEAL_FIELDS = 8;

/** Reads {@link MachineUse} from /proc. Children that have ended are not counted. */
export function machineUse(): MachineUse {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/).slice(1, USER_TO_STEAL_FIELDS).map(Number);
  const busy = ticks.reduce((sum, value, field) => (IDLE_FIELDS.has(field) ? sum : sum + value), 0);
  const own = [process.pid, ...childrenOf(process.pid)]
    .map((pid) => ownTicks(pid))
    .reduce((sum, value) => sum + value, 0);
  return { busySeconds: busy / TICKS_PER_SECOND, ownSeconds: own / TICKS_PER_SECOND };
}

/** CPU seconds and peak memory of a running process, its ended children included (proc(5)). */
export function processUse(
  pid: number | undefined,
): { cpuSeconds: number; maximumRssBytes: number } | undefined {
  const fields = statFields(pid);
  const status = readProc(`${pid}/status`);
  const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  if (peak === undefined) return undefined;
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, maximumRssBytes: Number(peak) * 1_024 };
}

function ownTicks(pid: number): number {
  const fields = statFields(pid);
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

/** All descendants that run now, a process's own children before theirs: nginx's worker is a child of nginx. */
export function childrenOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(statFields(Number(name))[1]) === pid)
    .map(Number);
  return [...children, ...children.flatMap(childrenOf)];
}

/** The fields of /proc/PID/stat after the command name, state first. */
function statFields(pid: number | undefined): string[] {
  const stat = readProc(`${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    // The process has ended: nothing is known of it.
    return '';
  }
}
