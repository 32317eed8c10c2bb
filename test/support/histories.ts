import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const FOLDER = new URL('../workflows/histories/', import.meta.url);

/** Files of recorded histories whose names start so. */
export async function recordedHistories(prefix: string): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files.filter((file) => file.startsWith(prefix) && file.endsWith('.json.gz')).sort();
}

/** A recorded history, as `temporal workflow show --output json` prints it. */
export async function readHistory(file: string): Promise<unknown> {
  return JSON.parse((await promisify(gunzip)(await readFile(new URL(file, FOLDER)))).toString());
}

/**
 * Records a run's history as `<name>.json.gz`, where `RECORD_HISTORIES` is set; otherwise does
 * nothing. Done once, when a workflow path is new: histories of older code have to replay for ever.
 */
export async function recordHistory(name: string, handle: WorkflowHandle): Promise<void> {
  if ((process.env['RECORD_HISTORIES'] ?? '') === '') return;
  const history = historyToJSON(await handle.fetchHistory());
  await mkdir(fileURLToPath(FOLDER), { recursive: true });
  await writeFile(new URL(`${name}.json.gz`, FOLDER), await promisify(gzip)(history));
}
