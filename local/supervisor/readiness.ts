import { setTimeout as delay } from 'node:timers/promises';
import type { GuardedProcess } from './guarded-process.ts';

const PROBE_PAUSE_MS = 50;
const PROBE_LIMIT_MS = 2_000;

/** Resolves when a process can be used; rejects only when that can no longer happen. */
export type Readiness = (child: GuardedProcess, signal: AbortSignal) => Promise<void>;

/** Ready with the first line of output that `matches`. */
export function whenLine(matches: (line: string) => boolean): Readiness {
  return (child, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      child.log.onLine((line) => {
        if (matches(line)) resolve();
      });
    });
}

/** Ready once `probe` is true; asked again after 50 ms until then. A probe that throws is a no. */
export function whenProbed(probe: (signal: AbortSignal) => Promise<boolean>): Readiness {
  return async (_child, signal) => {
    while (!(await isAnswered(probe, signal))) {
      signal.throwIfAborted();
      await delay(PROBE_PAUSE_MS);
    }
  };
}

/** Ready once a GET of `url` answers with a 2xx status. */
export function whenServed(url: string): Readiness {
  return whenProbed(async (signal) => {
    const answer = await fetch(url, { signal });
    await answer.body?.cancel();
    return answer.ok;
  });
}

async function isAnswered(
  probe: (signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await probe(AbortSignal.any([signal, AbortSignal.timeout(PROBE_LIMIT_MS)]));
  } catch {
    // Nothing listens yet: the reason of a process that never gets ready is in its own log.
    return false;
  }
}
