import { access, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { UserError } from '../user-error.ts';
import { buildCli } from './build-cli.ts';
import { cacheFolder } from './cache-folder.ts';
import { checkCli } from './check-cli.ts';
import type { CliRouteOptions } from './cli-route.ts';
import type { Report } from './heartbeat.ts';
import { downloadCli } from './download-cli.ts';

/** Longer than any build may take. */
const LEFTOVER_AGE_MS = 3_600_000;

/** A Temporal CLI that runs, and how it was come by. */
export type TemporalCli = {
  readonly file: string;
  readonly version: string;
  readonly from: string;
};

/** Options of this process, saying what it does through `report`. */
export function cliRouteOptions(report: Report): CliRouteOptions {
  const { env, platform, arch } = process;
  return { environment: env, platform, architecture: arch, report };
}

/**
 * Finds a Temporal CLI, or gets one: `TEMPORAL_CLI_PATH`, `PATH`, the user's cache, the official
 * release, a build with go. What is found but doesn't run is reported, and the next way is tried.
 *
 * @throws UserError with every way's reason when all fail.
 */
export async function findTemporalCli(options: CliRouteOptions): Promise<TemporalCli> {
  const reasons: string[] = [];
  const refuse = (way: string, reason: string): void => void reasons.push(`${way}: ${reason}`);

  const cached = join(cacheFolder(options), 'temporal');
  for (const { way, file } of await findFiles(options, cached)) {
    const checked = await checkCli(file, options.environment);
    if ('version' in checked) return { file, version: checked.version, from: way };
    options.report(`Not used: ${checked.refusal}`);
    refuse(way, checked.refusal);
  }

  await mkdir(cacheFolder(options), { recursive: true });
  await removeLeftovers(cacheFolder(options));
  for (const { way, get } of [
    { way: 'download', get: downloadCli },
    { way: 'go build', get: buildCli },
  ]) {
    const refusal = await get(cached, options);
    const checked = refusal === undefined ? await checkCli(cached, options.environment) : undefined;
    if (checked !== undefined && 'version' in checked) {
      return { file: cached, version: checked.version, from: way };
    }
    refuse(way, refusal ?? 'what was got does not run');
    options.report(`No Temporal server by ${way}: ${refusal}`);
  }
  const list = reasons.map((reason) => `  - ${reason}`).join('\n');
  throw new UserError(
    `No Temporal server found. Set TEMPORAL_ADDRESS to a running one, or install the CLI (https://docs.temporal.io/cli) and set TEMPORAL_CLI_PATH. Tried:\n${list}`,
  );
}

async function findFiles(
  options: CliRouteOptions,
  cached: string,
): Promise<readonly { readonly way: string; readonly file: string }[]> {
  const { TEMPORAL_CLI_PATH: named, PATH: path = '' } = options.environment;
  const onPath = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => ({ way: 'PATH', file: join(folder, 'temporal') }));
  const places = [...onPath, { way: 'cache', file: cached }];
  const existing = [];
  for (const place of places) if (await isExecutable(place.file)) existing.push(place);
  // The file that the user named is never passed over in silence, even when it doesn't exist.
  return named === undefined || named === ''
    ? existing
    : [{ way: 'TEMPORAL_CLI_PATH', file: named }, ...existing];
}

/** Work folders of downloads and builds that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) continue;
    const ageMs = Date.now() - (await stat(path)).mtimeMs;
    if (ageMs > LEFTOVER_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: both mean that this place has no CLI.
    return false;
  }
}
