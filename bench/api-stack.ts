import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '../local/free-ports.ts';
import { startProduct } from '../local/product.ts';
import { projectRoot } from '../local/project-root.ts';
import { whenLine } from '../local/supervisor/readiness.ts';
import { createSupervisor } from '../local/supervisor/supervisor.ts';
import { cliRouteOptions, findTemporalCli } from '../local/temporal/find-cli.ts';

/** What the api's benchmark runs against. */
export type ApiStack = {
  readonly apiUrl: string;
  /** A Hono route that does nothing, on the api's own core. */
  readonly bareUrl: string;
  /** Whether api and bare route have one core to themselves and each other. */
  readonly isPinned: boolean;
  readonly close: () => Promise<void>;
};

/** Bytes of the bare route's answer: about those of `GET /prewarm`. */
const BARE_BODY_BYTES = 700;
const API_CORE = '0';

/**
 * Starts Temporal, the api and a control worker, but no fetch worker, so that a request runs until
 * it is stopped; and a bare Hono route beside the api.
 */
export async function startApiStack(): Promise<ApiStack> {
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-bench-'));
  const supervisor = createSupervisor(folder);
  const close = async () => {
    await supervisor.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const cli = await findTemporalCli(cliRouteOptions((line) => console.log(line)));
    const [api = 0, temporal = 0, ui = 0, bare = 0] = await findFreePorts(4);
    const { apiUrl } = await startProduct({
      supervisor,
      dataFolder: folder,
      ports: { api, temporal, ui },
      temporal: { cliFile: cli.file },
    });
    const bareFile = join(projectRoot(), 'dist/bench/bare-hono.js');
    await supervisor.start([
      {
        name: 'bare-hono',
        command: process.execPath,
        args: [bareFile, String(bare), String(BARE_BODY_BYTES)],
        environment: process.env,
        ready: whenLine((line) => line === 'listening'),
      },
    ]);
    const pinned = supervisor
      .running()
      .filter(({ name }) => name === 'api' || name === 'bare-hono')
      .map(({ groupId }) => pinToCore(groupId));
    const bareUrl = `http://127.0.0.1:${bare}`;
    return { apiUrl, bareUrl, isPinned: pinned.every(Boolean), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Gives every process of a group one core. Linux only: elsewhere the system decides. */
function pinToCore(groupId: number): boolean {
  const script = `for process in $(pgrep -g ${groupId}); do taskset -acp ${API_CORE} "$process" || exit 1; done`;
  return spawnSync('sh', ['-c', script]).status === 0;
}
