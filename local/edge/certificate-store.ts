import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { Certificates } from './certificates.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const keyPairSchema = z.object({ certificatePem: z.string(), privateKeyPem: z.string() });
const storedSchema = z.object({
  aliases: z.array(z.string()),
  certificates: z.object({
    caPem: z.string(),
    leaf: keyPairSchema,
    wrongName: keyPairSchema,
    unknownIssuer: keyPairSchema,
  }),
});

async function readStored(path: string): Promise<z.infer<typeof storedSchema> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`Certificates in ${path} can't be read: delete the file`, { cause: error });
  }
  return storedSchema.parse(JSON.parse(text));
}

async function create(aliases: readonly string[]): Promise<Certificates> {
  // Loaded only when needed: the certificate library is the slowest part of a start.
  const { createCertificates } = await import('./certificates.ts');
  return createCertificates(aliases);
}

/**
 * Certificates for these aliases: from the directory, when it has valid ones, else new ones that
 * are kept there, readable by the owner only. Without a directory nothing is kept.
 *
 * @throws Error when the file exists and can't be read or understood.
 */
export async function loadCertificates(
  aliases: readonly string[],
  directory: string | undefined,
): Promise<Certificates> {
  if (directory === undefined) return create(aliases);
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'certificates.json');
  const stored = await readStored(path);
  if (stored !== undefined && stored.aliases.join() === aliases.join()) {
    const leaf = new X509Certificate(stored.certificates.leaf.certificatePem);
    if (Date.parse(leaf.validTo) > Date.now() + 24 * 3_600_000) return stored.certificates;
  }
  const certificates = await create(aliases);
  await writeFileAtomically(path, JSON.stringify({ aliases, certificates }), { mode: 0o600 });
  return certificates;
}
