import { homedir } from 'node:os';
import { join } from 'node:path';
import { TEMPORAL_CLI_VERSION } from './dev-server-settings.ts';

/** What decides where caches lie. */
export type CacheFolderOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
};

/**
 * Folder in the user's cache that keeps the Temporal CLI of the pinned version between clones.
 *
 * `XDG_CACHE_HOME`, else `~/Library/Caches` on macOS and `~/.cache` elsewhere
 * (XDG Base Directory Specification; Apple, File System Programming Guide).
 */
export function cacheFolder(options: CacheFolderOptions): string {
  const { XDG_CACHE_HOME: xdg, HOME: home = homedir() } = options.environment;
  const systems = options.platform === 'darwin' ? 'Library/Caches' : '.cache';
  const base = xdg === undefined || xdg === '' ? join(home, systems) : xdg;
  return join(base, 'cloudfront-prewarm', `temporal-${TEMPORAL_CLI_VERSION}`);
}
