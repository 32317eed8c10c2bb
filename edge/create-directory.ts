import type { EdgeDirectory } from './directory.ts';
import { createDnsDirectory } from './dns-directory.ts';
import { createFileDirectory } from './file-directory.ts';

/** Settings of {@link createDirectory}, as the configuration names them. */
export type DirectorySettings = {
  /** `dns`, or the path of a JSON file. */
  readonly edgeDirectory: string;
  readonly edgeDnsServers?: readonly string[] | undefined;
  readonly edgeDnsSuffix: string;
};

/**
 * The directory that the configuration asks for.
 *
 * @param onBadFile hears, once, why a directory file can't be used any more.
 */
export function createDirectory(
  settings: DirectorySettings,
  onBadFile?: (problem: string) => void,
): EdgeDirectory {
  if (settings.edgeDirectory !== 'dns') {
    const path = settings.edgeDirectory;
    return createFileDirectory(onBadFile === undefined ? { path } : { path, onBadFile });
  }
  return createDnsDirectory({
    suffix: settings.edgeDnsSuffix,
    servers: settings.edgeDnsServers,
    spread: Math.random(),
  });
}
