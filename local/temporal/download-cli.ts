import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { checkCli } from './check-cli.ts';
import type { CliRouteOptions } from './cli-route.ts';
import { TEMPORAL_CLI_VERSION } from './dev-server-settings.ts';
import { runCommand } from './run-command.ts';

const ARCHIVE_URL = 'https://temporal.download/cli/archive';
const ANSWER_LIMIT_MS = 5_000;
const SILENCE_LIMIT_MS = 10_000;
const UNPACK_LIMIT_MS = 60_000;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads the official release, about 60 MB, to `target`. Gives up after 5 s without an answer,
 * later after 10 s without a byte. Proxies are taken from the environment.
 *
 * @returns undefined when the CLI is at `target` and runs, else why it is not.
 */
export async function downloadCli(
  target: string,
  options: CliRouteOptions,
): Promise<string | undefined> {
  const architecture = ARCHITECTURES[options.architecture];
  if (architecture === undefined) return `no release for ${options.architecture}`;
  const base = options.archiveUrl ?? ARCHIVE_URL;
  const url = `${base}/v${TEMPORAL_CLI_VERSION}?platform=${options.platform}&arch=${architecture}`;
  const folder = await mkdtemp(join(dirname(target), 'download-'));
  try {
    const archive = join(folder, 'temporal.tar.gz');
    options.report(`Downloading Temporal CLI ${TEMPORAL_CLI_VERSION} (about 60 MB)`);
    await download(url, archive);
    const unpacked = await runCommand({
      command: 'tar',
      args: ['-xzf', archive, '-C', folder, 'temporal'],
      environment: options.environment,
      limitMs: UNPACK_LIMIT_MS,
    });
    if (unpacked.code !== 0) return `can't unpack ${url}: ${unpacked.stderr.trim()}`;
    const checked = await checkCli(join(folder, 'temporal'), options.environment);
    if ('refusal' in checked) return checked.refusal;
    await rename(join(folder, 'temporal'), target);
    return undefined;
  } catch (error) {
    return `${url}: ${reasonOf(error)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(url: string, file: string): Promise<void> {
  const giveUp = new AbortController();
  const limit = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => giveUp.abort(new Error(`${what} for ${ms / 1_000} s`)), ms);
  let timer = limit(ANSWER_LIMIT_MS, 'no answer');
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const answer = await fetch(url, { dispatcher, signal: giveUp.signal });
    if (!answer.ok || answer.body === null) throw new Error(`HTTP ${answer.status}`);
    const renewLimit = new Transform({
      transform(chunk, _encoding, done) {
        clearTimeout(timer);
        timer = limit(SILENCE_LIMIT_MS, 'no byte');
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(answer.body);
    await pipeline(body, renewLimit, createWriteStream(file), { signal: giveUp.signal });
  } finally {
    clearTimeout(timer);
    await dispatcher.destroy();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
