import type { Logger } from 'pino';
import { createDirectory, type DirectorySettings } from '../edge/create-directory.ts';
import type { EdgeDirectory } from '../edge/directory.ts';

/**
 * The edge directory of a worker, read for the first time: a worker with a wrong file would fail
 * every task. A file that goes bad later is logged, once, and what it said before holds.
 *
 * @throws DirectoryError when the file that `EDGE_DIRECTORY` names can't be used.
 */
export async function openDirectory(
  settings: DirectorySettings,
  logger: Logger,
): Promise<EdgeDirectory> {
  let isOpen = false;
  const directory = createDirectory(settings, (problem) => {
    if (isOpen) logger.warn({ problem }, 'the edge directory stays as it was');
  });
  await directory.check?.();
  isOpen = true;
  return directory;
}
