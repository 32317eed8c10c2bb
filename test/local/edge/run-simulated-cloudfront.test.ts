import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { readMainSettings } from '../../../local/edge/main-settings.ts';
import { runSimulatedCloudFront } from '../../../local/edge/run-simulated-cloudfront.ts';
import type { SimulatedCloudFront } from '../../../local/edge/simulated-cloudfront.ts';
import { curl } from './curl.ts';
import { POPS } from './simulation.ts';

const addressesSchema = z.object({ https: z.array(z.string()), http: z.array(z.string()) });
const directorySchema = z.record(z.string(), addressesSchema);

let folder: string;
let started: SimulatedCloudFront[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulated-cloudfront-'));
  await writeFile(join(folder, 'pops.json'), JSON.stringify(POPS));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((cloudFront) => cloudFront.close()));
  await rm(folder, { recursive: true });
});

async function run(...args: string[]): ReturnType<typeof runSimulatedCloudFront> {
  const always = ['--data-dir', folder, '--pops', join(folder, 'pops.json')];
  const running = await runSimulatedCloudFront(await readMainSettings([...always, ...args]));
  started.push(running.cloudFront);
  return running;
}

test('writes a directory and an authority that lead to every POP', async () => {
  const { ready } = await run();

  const text = await readFile(ready.edgeDirectoryFile, 'utf8');
  const directory = directorySchema.parse(JSON.parse(text));
  expect(Object.keys(directory)).toEqual(POPS.map(({ id }) => id));
  const to = `::${directory['FRA56-P4']?.https[0]}`;
  const args = ['--cacert', ready.caFile, '--connect-to', to, 'https://www.example.com/robots.txt'];
  expect(await curl(args)).toMatchObject({ exitCode: 0, status: 200, bodyBytes: 68 });
});

test('keeps its authority across restarts, readable by the owner only', async () => {
  const first = await run();
  const { caPem } = first.cloudFront;
  await first.cloudFront.close();

  const second = await run();

  expect(second.cloudFront.caPem).toBe(caPem);
  expect((await stat(join(folder, 'certificates.json'))).mode & 0o777).toBe(0o600);
});

test('opens and closes two ports for each POP of the catalogue', async () => {
  const settings = await readMainSettings(['--data-dir', folder]);
  const { cloudFront } = await runSimulatedCloudFront(settings);
  started.push(cloudFront);

  const addresses = Object.values(cloudFront.directory()).flatMap((pop) => [
    ...pop.https,
    ...pop.http,
  ]);
  expect(new Set(addresses).size).toBe(736);
  await cloudFront.close();
  expect(cloudFront.directory()).toEqual({});
});

test('names the port that is taken, and what to do', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });

  await expect(run('--port-base', String(port))).rejects.toThrow(
    `POP NRT57-P3 can't listen on 127.0.0.1:${port}`,
  );
  await expect(run('--inspect-port', String(port))).rejects.toThrow(
    'choose another --inspect-port',
  );
  await new Promise((resolve) => {
    other.close(resolve);
  });
});

test('refuses options that make no sense', async () => {
  await expect(run('--admission', 'C', '--inspect-port', '70000')).rejects.toThrow(
    /admission[^]*inspect-port/,
  );
  await expect(readMainSettings([])).rejects.toThrow('data-dir');
});
