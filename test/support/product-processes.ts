import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../local/project-root.ts';
import { isBuildFresh } from '../../local/setup/build-stamp.mjs';
import type { GuardedProcess } from '../../local/supervisor/guarded-process.ts';
import type { Readiness } from '../../local/supervisor/readiness.ts';
import { createSupervisor, type Supervisor } from '../../local/supervisor/supervisor.ts';

/** Machines that run the tests may be busy. */
const READY_LIMIT_MS = 90_000;

/** A file of the build to run. */
export type ProcessToStart = {
  readonly name: string;
  /** File under dist/. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ready: Readiness;
};

/** The processes of one test file. */
export interface ProductProcesses {
  /** Holds what they write; it is their home, too, so that no setting of the user reaches them. */
  readonly folder: string;
  start(process: ProcessToStart): Promise<GuardedProcess>;
  running(name: string): readonly GuardedProcess[];
  /** The last lines of every log. */
  lastWords(): string;
  end(): Promise<void>;
}

/**
 * Makes ready for processes of the build.
 *
 * @throws Error when the build is stale: its tests would prove nothing.
 */
export function createProductProcesses(): ProductProcesses {
  if (!isBuildFresh(projectRoot())) {
    throw new Error('dist/ is not built from the sources as they are: run `npm run build` first');
  }
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-e2e-'));
  const supervisor: Supervisor = createSupervisor(join(folder, 'logs'));
  const all: GuardedProcess[] = [];
  const startsByName = new Map<string, number>();
  const { PATH = '' } = process.env;
  return {
    folder,
    async start({ name, entry, args = [], environment = {}, ready }) {
      const file = join(projectRoot(), 'dist', entry);
      if (!existsSync(file)) throw new Error(`${file} does not exist: see tsconfig.build.json`);
      const start = (startsByName.get(name) ?? 0) + 1;
      startsByName.set(name, start);
      const [child] = await supervisor.start([
        {
          name: start === 1 ? name : `${name}-${start}`,
          command: process.execPath,
          args: ['--enable-source-maps', file, ...args],
          environment: { PATH, HOME: folder, TMPDIR: folder, ...environment },
          ready,
          readyLimitMs: READY_LIMIT_MS,
        },
      ]);
      if (child === undefined) throw new Error(`${name} was not started`);
      all.push(child);
      return child;
    },
    running: (name) => supervisor.running().filter((child) => child.name.startsWith(name)),
    lastWords: () =>
      all.map(({ name, log }) => `--- ${name}\n${log.lastLines().join('\n')}\n`).join(''),
    async end() {
      supervisor.kill();
      await supervisor.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
