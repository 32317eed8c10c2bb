import { rename, writeFile } from 'node:fs/promises';

/** Writes a file so that readers see the old or the new content, never a part. */
export async function writeFileAtomically(
  path: string,
  content: string,
  { mode = 0o644 }: { mode?: number } = {},
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content, { mode });
  await rename(temporary, path);
}
