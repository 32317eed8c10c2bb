import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const RENEW_MS = 2_000;
const STALE_MS = 20_000;
const PAUSE_MS = 200;
const STALE_PAUSE_MS = 10;

/**
 * Runs `work` while this process alone holds the lock file.
 *
 * The file names its holder's pid and is touched every 2 s, so that a holder that died, or whose
 * pid another process got after a restart of the machine, never blocks anybody for longer than 20 s.
 *
 * @template Result
 * @param {string} file
 * @param {{ work: () => Promise<Result>, onWait: (pid: number) => void }} options
 *   `onWait` is called once when somebody else holds the lock.
 * @returns {Promise<Result>}
 */
export async function withLock(file, { work, onWait }) {
  mkdirSync(dirname(file), { recursive: true });
  for (let hasToldWait = false; !tryCreate(file);) {
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (holder.isGone) {
      removeStale(file);
      await delay(STALE_PAUSE_MS);
      continue;
    }
    if (!hasToldWait) onWait(holder.pid);
    hasToldWait = true;
    await delay(PAUSE_MS);
  }
  const renewal = setInterval(() => touch(file), RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryCreate(file) {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Two that find the same dead holder must not both remove the file, as the second would remove the
 * first one's new lock: removing needs a lock of its own, held for less than a millisecond.
 *
 * @param {string} file
 */
function removeStale(file) {
  const removal = `${file}.removal`;
  if (!tryCreate(removal)) {
    if (holderOf(removal)?.isGone === true) rmSync(removal, { force: true });
    return;
  }
  if (holderOf(file)?.isGone === true) rmSync(file, { force: true });
  rmSync(removal, { force: true });
}

/**
 * @param {string} file
 * @returns {{ pid: number, isGone: boolean } | undefined} undefined when nobody holds it any more.
 */
function holderOf(file) {
  try {
    const ageMs = Date.now() - statSync(file).mtimeMs;
    const pid = Number(readFileSync(file, 'utf8'));
    // A file without a pid is being written at this moment, or was left by a crash in between.
    const isAlive = Number.isSafeInteger(pid) && pid > 0 ? isRunning(pid) : true;
    return { pid, isGone: !isAlive || ageMs > STALE_MS };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  utimesSync(file, now, now);
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
