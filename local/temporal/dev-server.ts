import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { runCommand } from './run-command.ts';
import { type DevServerOptions, devServerArguments } from './dev-server-settings.ts';
import { whenProbed } from '../supervisor/readiness.ts';
import type { SupervisedCommand } from '../supervisor/supervisor.ts';

const PROBE_LIMIT_MS = 5_000;
const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

/** Temporal's dev server as a process to supervise; ready when its namespace `default` answers. */
export function devServerCommand(cliFile: string, options: DevServerOptions): SupervisedCommand {
  const environment = environmentWithoutTemporal();
  const probe = async (): Promise<boolean> => {
    const address = `127.0.0.1:${options.port}`;
    const args = ['operator', 'namespace', 'describe', 'default', '--address', address];
    const asked = { command: cliFile, args, environment, limitMs: PROBE_LIMIT_MS };
    return (await runCommand(asked)).code === 0;
  };
  return {
    name: 'temporal',
    command: cliFile,
    args: devServerArguments(options),
    environment,
    ready: whenProbed(probe),
    readyLimitMs: READY_LIMIT_MS,
    stopLimitMs: STOP_LIMIT_MS,
  };
}

/**
 * This process's environment without any setting that is meant for another cluster: the CLI and
 * the SDK both read `TEMPORAL_*`, and a configuration file in the user's home.
 */
export function environmentWithoutTemporal(): Record<string, string | undefined> {
  const file = join(projectRoot(), 'local/temporal/empty-profile.toml');
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: file };
}
