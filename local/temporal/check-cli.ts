import { OLDEST_SERVER_VERSION } from './dev-server-settings.ts';
import { runCommand } from './run-command.ts';

/** A Temporal CLI that runs, or why a file can't be one. */
export type CliCheck = { readonly version: string } | { readonly refusal: string };

const VERSION_LIMIT_MS = 10_000;
const VERSION_LINE = /^temporal version (\S+) \(Server (\d+)\.(\d+)/m;

/** Runs `FILE --version` and says whether that is a Temporal CLI with a server new enough. */
export async function checkCli(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CliCheck> {
  const ran = await runCommand({
    command: file,
    args: ['--version'],
    environment,
    limitMs: VERSION_LIMIT_MS,
  });
  if (ran.code !== 0) {
    const reason = ran.stderr.trim().split('\n').at(-1) ?? '';
    return { refusal: `${file} --version failed with code ${ran.code}: ${reason}` };
  }
  const [, version, major, minor] = VERSION_LINE.exec(ran.stdout) ?? [];
  if (version === undefined) {
    return { refusal: `${file} --version does not name a Temporal server: ${ran.stdout.trim()}` };
  }
  const [oldestMajor, oldestMinor] = OLDEST_SERVER_VERSION;
  const isNewEnough =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  if (isNewEnough) return { version };
  const oldest = OLDEST_SERVER_VERSION.join('.');
  return { refusal: `${file} has server ${major}.${minor}, and ${oldest} or newer is needed` };
}
