import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../../edge/create-engine.ts';

const [first = '', second = ''] = rootCertificates;
const BROKEN = '-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-engine-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(edgeCaFile: string): Promise<void> {
  const engine = await createEngine({ fetchEngine: 'edge', fetchMaxConnections: 1, edgeCaFile });
  await engine.close();
}

async function openWith(pem: string): Promise<{ file: string; opening: Promise<void> }> {
  const file = join(folder, 'ca.pem');
  await writeFile(file, pem);
  return { file, opening: open(file) };
}

test('takes a CA file with several certificates and text between them', async () => {
  const { opening } = await openWith(`# first\n${first}\n# second\r\n${second}\n# end\n`);

  await expect(opening).resolves.toBeUndefined();
});

test.each([
  ['that is no certificate', `${BROKEN}${first}\n`],
  ['that is no certificate after good ones', `${first}\n${second}\n${BROKEN}`],
  ['without end', `${first}\n${second.slice(0, 200)}`],
])('refuses a CA file with a PEM block %s', async (_what, pem) => {
  const { file, opening } = await openWith(pem);

  const start = `EDGE_CA_FILE ${file} holds a certificate that can't be read: `;
  await expect(opening).rejects.toThrow(start);
});

test('refuses a CA file without a PEM block', async () => {
  const { file, opening } = await openWith('');

  await expect(opening).rejects.toThrow(`EDGE_CA_FILE ${file} holds no PEM certificate`);
});

test.each(['', 'missing.pem'])('names a CA file that can not be read: "%s"', async (name) => {
  const path = join(folder, name);

  await expect(open(path)).rejects.toThrow(`EDGE_CA_FILE ${path} can't be read: E`);
});
