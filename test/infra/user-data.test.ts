import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { synthesise, textOf } from './synthesised.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\'$(id)"\n-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
const VARIABLES = /-e ([A-Z_]+)/g;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-user-data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function bootScript(context: Readonly<Record<string, string>>): string {
  const schema = z.object({
    Properties: z.object({ LaunchTemplateData: z.object({ UserData: z.unknown() }) }),
  });
  const [template] = Object.values(
    synthesise(context).main.findResources('AWS::EC2::LaunchTemplate'),
  );
  return textOf(schema.parse(template).Properties.LaunchTemplateData.UserData).replaceAll(
    /<([\w.:]+)>/g,
    'value-of-$1',
  );
}

const withApiKey = bootScript({ temporalAuthentication: 'api-key' });
const withCertificate = bootScript({ temporalAuthentication: 'mtls' });

function fileWrittenBy(script: string, path: string): string {
  const [, after] = script.split(`cat >${path} <<'END_OF_FILE'\n`);
  return `${after?.split('\nEND_OF_FILE')[0]}\n`;
}

/** Puts a program on the PATH that stands for another. */
function fake(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/bash\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

function run(script: string, args: readonly string[]): { code: number | null; stderr: string } {
  const file = join(folder, 'script');
  writeFileSync(file, script);
  const { status, stderr } = spawnSync('bash', [file, ...args], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH']}` },
  });
  return { code: status, stderr };
}

test('boots with a script that bash can parse', () => {
  writeFileSync(join(folder, 'boot'), withApiKey);

  const { status, stderr } = spawnSync('bash', ['-n', join(folder, 'boot')], { encoding: 'utf8' });

  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('hands secrets of several lines to the container, as they are', () => {
  const secret = {
    TEMPORAL_TLS_CLIENT_CERT_DATA: CERTIFICATE,
    TEMPORAL_TLS_CLIENT_KEY_DATA: KEY,
    HISTORY_ENCRYPTION_KEY: '',
    UNUSED: 'x',
  };
  writeFileSync(join(folder, 'secret.json'), JSON.stringify(secret));
  fake('aws', `cat ${folder}/secret.json`);
  fake('nproc', 'echo 4');
  fake('docker', `printf '%s\\n' "$@" >${folder}/arguments; env -0 >${folder}/environment`);

  const { code, stderr } = run(fileWrittenBy(withCertificate, '/usr/local/bin/prewarm-worker'), [
    '2',
  ]);

  expect(stderr).toBe('');
  expect(code).toBe(0);
  const args = readFileSync(join(folder, 'arguments'), 'utf8').replaceAll('\n', ' ');
  const environment = Object.fromEntries(
    readFileSync(join(folder, 'environment'), 'utf8')
      .split('\0')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const handedOn = [...args.matchAll(VARIABLES)].map(([, name]) => [name, environment[name ?? '']]);
  expect(Object.fromEntries(handedOn)).toEqual({
    HOST: '127.0.0.1',
    METRICS_PORT: '9465',
    TEMPORAL_ADDRESS: 'value-of-TemporalAddress',
    TEMPORAL_NAMESPACE: 'value-of-TemporalNamespace',
    AUTO_SCALING_GROUP_NAME: 'prewarm-fetch',
    MAX_INSTANCES: 'value-of-MaxInstances',
    FETCH_WORKERS_PER_INSTANCE: '4',
    TEMPORAL_TLS_CLIENT_CERT_DATA: CERTIFICATE,
    TEMPORAL_TLS_CLIENT_KEY_DATA: KEY,
    HISTORY_ENCRYPTION_KEY: '',
  });
  expect(args).toMatch(/ node dist\/workers\/fetch\.js $/);
});

test('does not start a worker whose secret lacks what it needs', () => {
  fake('aws', `echo '{"UNUSED": "x"}'`);
  fake('docker', `touch ${folder}/started`);

  const { code, stderr } = run(fileWrittenBy(withApiKey, '/usr/local/bin/prewarm-worker'), ['1']);

  expect(code).not.toBe(0);
  expect(stderr).toContain('TEMPORAL_API_KEY');
  expect(() => readFileSync(join(folder, 'started'))).toThrow(/ENOENT/);
});
