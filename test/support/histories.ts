import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const FOLDER = new URL('../replay/histories/', import.meta.url);
const SUFFIX = '.json.gz';

/** Names of the recorded histories, in alphabetical order. */
export async function recordedHistories(): Promise<string[]> {
  const files = await readdir(FOLDER);
  const recorded = files.filter((file) => file.endsWith(SUFFIX));
  return recorded.map((file) => file.slice(0, -SUFFIX.length)).sort();
}

/** Text of a recorded history, as `temporal workflow show --output json` prints it. */
export async function readHistory(name: string): Promise<string> {
  const file = await readFile(new URL(`${name}${SUFFIX}`, FOLDER));
  return (await promisify(gunzip)(file)).toString();
}

/**
 * Records a run's history under a name, where `npm run record-histories` asks for it; otherwise
 * does nothing.
 */
export async function recordHistory(
  name: string,
  handle: Pick<WorkflowHandle, 'fetchHistory'>,
): Promise<void> {
  if ((process.env['RECORD_HISTORIES'] ?? '') === '') return;
  const history = historyToJSON(await handle.fetchHistory());
  await mkdir(fileURLToPath(FOLDER), { recursive: true });
  await writeFile(
    new URL(`${name}${SUFFIX}`, FOLDER),
    await promisify(gzip)(withoutMachine(history), { level: 9 }),
  );
}

/** A worker's default identity, which its sticky task queue is named by, too. */
const WORKER_IDENTITY = /^\d+@[^ ]+$/;

/** Whose machine recorded a history, and where its files are, is nobody's business. */
function withoutMachine(history: string): string {
  const parsed: unknown = JSON.parse(history, (key, value: unknown) => {
    if (typeof value === 'string' && WORKER_IDENTITY.test(value)) return 'recorder';
    return key === 'stackTrace' ? '' : value;
  });
  return JSON.stringify(parsed);
}
