/** POP addresses from a JSON file: the operator's word, which is not checked against private ranges. */

import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { z } from 'zod';
import { DirectoryError, type EdgeDirectory, type PopAddresses } from './directory.ts';

const addressSchema = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[\d.]+):\d{1,5}$/, 'must be ip:port')
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1'),
    port: Number(text.slice(text.lastIndexOf(':') + 1)),
  }))
  .refine(({ host, port }) => isIP(host) !== 0 && port >= 1 && port <= 65_535, 'must be ip:port');

const addressesSchema = z.array(addressSchema).max(64).default([]);

const directorySchema = z.record(
  z.string().min(1),
  z.strictObject({ https: addressesSchema, http: addressesSchema }),
);

/** Reading the file's date for each of 10,000 fetches a second would cost more than it gives. */
const CHECK_EVERY_MS = 1_000;

/**
 * A directory on a file like `{"NRT57-P3": {"https": ["127.0.0.1:9443"], "http": []}}`. Read when
 * first asked, and again within a second after the file has changed; a POP that is not in it does
 * not resolve.
 */
export function createFileDirectory(path: string, now = () => performance.now()): EdgeDirectory {
  let pops: ReadonlyMap<string, PopAddresses> = new Map();
  let version: string | undefined;
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const { mtimeMs, size, ino } = await stat(path);
    const newest = `${mtimeMs}/${size}/${ino}`;
    if (newest !== version) {
      pops = parse(await readFile(path, 'utf8'));
      version = newest;
    }
    checkedAtMs = now();
  }

  return {
    async resolve(pop) {
      if (now() - checkedAtMs >= CHECK_EVERY_MS) {
        reading ??= refresh().finally(() => {
          reading = undefined;
        });
        await reading.catch((cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new DirectoryError(`EDGE_DIRECTORY ${path} can't be read: ${reason}`, { cause });
        });
      }
      const addresses = pops.get(pop.toUpperCase());
      if (addresses !== undefined) return { isFound: true, addresses };
      return { isFound: false, reason: `${pop} is not listed in ${path}` };
    },
  };
}

function parse(text: string): ReadonlyMap<string, PopAddresses> {
  const parsed = directorySchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const pops = Object.entries(parsed.data);
  return new Map(pops.map(([pop, addresses]) => [pop.toUpperCase(), addresses]));
}
