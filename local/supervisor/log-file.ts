import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 10 * 1024 * 1024;
const KEPT_LINES = 20;
const LONGEST_LINE_CHARACTERS = 16 * 1024;

/** Log of one child process: all on disk within a bound, the last lines in memory. */
export interface LogFile {
  readonly path: string;
  /** Takes a piece of output; lines may be cut anywhere between two pieces. */
  write(text: string): void;
  /** The last complete lines, at most 20, oldest first. */
  lastLines(): readonly string[];
  /** Calls back for each complete line from now on. */
  onLine(listener: (line: string) => void): void;
  close(): void;
}

/**
 * Opens a log file for appending; creates its folder.
 *
 * At `rotateBytes` the file becomes `<path>.1` (the one before is dropped), so that a log never
 * takes more than twice that.
 *
 * @param rotateBytes bytes of one file. @default 10 MiB
 */
export function createLogFile(path: string, rotateBytes = ROTATE_BYTES): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a');
  let fileBytes = fstatSync(file).size;
  let unfinished = '';
  const kept: string[] = [];
  const listeners: ((line: string) => void)[] = [];

  function append(text: string): void {
    if (fileBytes >= rotateBytes) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      file = openSync(path, 'a');
      fileBytes = 0;
    }
    fileBytes += writeSync(file, text);
  }

  function takeLine(line: string): void {
    const cut = line.slice(0, LONGEST_LINE_CHARACTERS);
    append(`${cut}\n`);
    kept.push(cut);
    if (kept.length > KEPT_LINES) kept.shift();
    for (const listener of listeners) listener(cut);
  }

  return {
    path,
    write(text) {
      const lines = (unfinished + text).split('\n');
      unfinished = (lines.pop() ?? '').slice(0, LONGEST_LINE_CHARACTERS);
      for (const line of lines) takeLine(line);
    },
    lastLines: () => [...kept],
    onLine: (listener) => void listeners.push(listener),
    close() {
      if (unfinished !== '') takeLine(unfinished);
      unfinished = '';
      closeSync(file);
    },
  };
}
