import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { READY } from './engine-measures.ts';
import { type ClientResult, clientResultSchema } from './engine-messages.ts';
import { machineUse, processUse } from './engine-proc.ts';
import { CLIENT_CPU, type ClientUse, endWithThisProcess, foreignSeconds } from './engine-tools.ts';

/**
 * A client process on its CPU that stays, warm, between its measures, so that clients take turns within
 * seconds: a host's speed changes from one half minute to the next. It idles while others are measured.
 */
export class LiveClient {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(command: readonly string[]) {
    this.#process = spawn('taskset', ['-c', CLIENT_CPU, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    endWithThisProcess(this.#process);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when it has warmed up. @throws Error when it ends before. */
  async ready(): Promise<void> {
    const line = await this.#nextLine();
    if (line !== READY) throw new Error(`a client of the benchmark began with ${line}`);
  }

  /** @throws Error when it ends instead of measuring. */
  async measure(): Promise<ClientUse & { readonly result: ClientResult }> {
    const before = machineUse();
    this.#process.stdin.write('measure\n');
    const result = clientResultSchema.parse(JSON.parse(await this.#nextLine()));
    const { seconds, cpuSeconds } = result;
    const maximumRssBytes = processUse(this.#process.pid)?.maximumRssBytes ?? Number.NaN;
    const foreignCores = Math.max(0, foreignSeconds(before, machineUse(), 0) / seconds);
    return { seconds, cpuSeconds, maximumRssBytes, foreignCores, result };
  }

  /** @throws Error when it ends with another status than 0. */
  async close(): Promise<void> {
    const closed = once(this.#process, 'close');
    this.#process.stdin.end();
    await closed;
    const { exitCode } = this.#process;
    if (exitCode !== 0) throw new Error(`a client of the benchmark ended with ${exitCode}`);
  }

  async #nextLine(): Promise<string> {
    const line: IteratorResult<string, undefined> = await this.#lines.next();
    if (line.done === true) throw new Error('a client of the benchmark ended before its measure');
    return line.value;
  }
}
