/** POP addresses from a JSON file: the operator's word, which is not checked against private ranges. */

import { readFile, stat } from 'node:fs/promises';
import { directoryFileProblem, parseDirectoryFile } from '../domain/directory-file.ts';
import {
  DirectoryError,
  type EdgeDirectory,
  type PopAddresses,
  type PopResolution,
} from './directory.ts';

/** Settings of {@link createFileDirectory}. */
export type FileDirectoryOptions = {
  readonly path: string;
  /** Hears, once, why the file can't be used any more: it names the file, and what is wrong in it. */
  readonly onBadFile?: (problem: string) => void;
};

/** Reading the file's date for each of 10,000 fetches a second would cost more than it gives. */
const CHECK_EVERY_MS = 1_000;

/**
 * A directory on a file like `{"NRT57-P3": {"https": ["127.0.0.1:9443"], "http": []}}`. Read when
 * first asked, and again within a second after the file has changed; a POP that is not in it does
 * not resolve. When a file that was good goes bad, what it said last still holds.
 */
export function createFileDirectory(options: FileDirectoryOptions): EdgeDirectory {
  const file = new DirectoryFile(options);
  /** Set by a timer: a look at the clock for each fetch would cost more. */
  let isDue = true;
  let reading: Promise<void> | undefined;

  const refresh = (): Promise<void> => {
    reading ??= file.refresh().finally(() => {
      isDue = false;
      setTimeout(() => (isDue = true), CHECK_EVERY_MS).unref();
      reading = undefined;
    });
    return reading;
  };

  return {
    async check() {
      await refresh();
      if (file.problem !== undefined) throw new DirectoryError(file.problem);
    },
    resolve: (pop) => (isDue ? refresh().then(() => file.resolve(pop)) : file.resolve(pop)),
  };
}

class DirectoryFile {
  readonly #path: string;
  readonly #onBadFile: (problem: string) => void;
  /** The date and size that were last read, good or bad. */
  #version: string | undefined;
  /** What the file said when it was last good. */
  #pops: ReadonlyMap<string, PopResolution> | undefined;
  /** Why the file as it is now can't be used. */
  problem: string | undefined;

  constructor({ path, onBadFile = () => undefined }: FileDirectoryOptions) {
    this.#path = path;
    this.#onBadFile = onBadFile;
  }

  async refresh(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const newest = `${mtimeMs}/${size}/${ino}`;
      if (newest === this.#version) return;
      this.#version = newest;
      this.#pops = resolutionsOf(parseDirectoryFile(await readFile(this.#path, 'utf8')));
      this.problem = undefined;
    } catch (error) {
      // A file that could not be read is read again, though it may be the same as before.
      if (error instanceof Error && 'code' in error) this.#version = undefined;
      this.#noteProblem(directoryFileProblem(this.#path, error));
    }
  }

  /** Callers hear the reason: where the file lies is not their business. */
  resolve(pop: string): PopResolution {
    if (this.#pops === undefined) throw new DirectoryError("the edge directory can't be read");
    const found = this.#pops.get(pop) ?? this.#pops.get(pop.toUpperCase());
    return found ?? { isFound: false, reason: `${pop} is not listed in the edge directory` };
  }

  #noteProblem(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.#onBadFile(problem);
  }
}

/** Made once: each fetch task asks for one. */
function resolutionsOf(
  pops: ReadonlyMap<string, PopAddresses>,
): ReadonlyMap<string, PopResolution> {
  return new Map([...pops].map(([pop, addresses]) => [pop, { isFound: true, addresses }]));
}
