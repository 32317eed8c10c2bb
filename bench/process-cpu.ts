import { readFileSync } from 'node:fs';
import type { GuardedProcess } from '../local/supervisor/guarded-process.ts';
import { childrenOf, processUse } from './engine-proc.ts';

const FETCH_WORKER = 'workers/fetch.js';
const GUARD = 'guard.mjs';

/**
 * CPU seconds of supervised processes, and of the fetch workers that the local AWS launched, by name.
 * Linux only: from /proc.
 */
export function cpuByProcess(processes: readonly GuardedProcess[]): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>();
  for (const { name, groupId } of processes) {
    // The guard's first child is the command; what follows are the command's own children.
    const [pid, ...descendants] = childrenOf(groupId);
    seconds.set(name, processUse(pid)?.cpuSeconds ?? 0);
    const workers = descendants.filter(isFetchWorker).sort((a, b) => a - b);
    for (const [index, worker] of workers.entries()) {
      seconds.set(`fetch worker ${index + 1}`, processUse(worker)?.cpuSeconds ?? 0);
    }
  }
  return seconds;
}

function isFetchWorker(pid: number): boolean {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  return command.includes(FETCH_WORKER) && !command.includes(GUARD);
}
