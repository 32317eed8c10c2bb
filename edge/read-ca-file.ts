import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const BEGIN = '-----BEGIN CERTIFICATE-----';

/**
 * The certificates of the file that `EDGE_CA_FILE` names, as PEM text. Each is parsed here: a TLS
 * context silently ends its reading at the first one that is broken.
 *
 * @throws Error when the file can't be read, holds no certificate or one that can't be read.
 */
export function readCaFile(path: string): string {
  const [, ...blocks] = read(path).split(BEGIN);
  if (blocks.length === 0) throw new Error(`EDGE_CA_FILE ${path} holds no PEM certificate`);
  return blocks.map((block) => parse(`${BEGIN}${block}`, path).toString()).join('');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`EDGE_CA_FILE ${path} can't be read: ${reasonOf(cause)}`, { cause });
  }
}

function parse(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    const reason = reasonOf(cause);
    const message = `EDGE_CA_FILE ${path} holds a certificate that can't be read: ${reason}`;
    throw new Error(message, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
