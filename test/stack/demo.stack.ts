import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePorts } from '../../local/free-ports.ts';
import { projectRoot } from '../../local/project-root.ts';
import type { Readiness } from '../../local/supervisor/readiness.ts';
import { whenLine, whenServed } from '../../local/supervisor/readiness.ts';
import { createSupervisor } from '../../local/supervisor/supervisor.ts';
import { runCommand } from '../../local/temporal/run-command.ts';
import { readComposeFile, serviceOf } from './compose-file.ts';
import { startStack, type Stack } from './stack.ts';

// The services of the profile `demo` as processes: their commands and variables, on free ports.

const compose = readComposeFile();
const folder = mkdtempSync(join(tmpdir(), 'prewarm-demo-'));
const supervisor = createSupervisor(join(folder, 'logs'));
let stack: Stack | undefined;
let place: Place | undefined;

/** What each word of the compose file is on this machine. */
type Place = ReadonlyMap<string, string>;

beforeAll(async () => {
  stack = await startStack((line) => process.stderr.write(`${line}\n`));
  const [api, inspect, aws, metrics] = (await findFreePorts(4)).map(String);
  mkdirSync(join(folder, 'edge'));
  place = new Map([
    ['temporal:7233', stack.address],
    ['/edge', join(folder, 'edge')],
    ['/tmp', folder],
    ['8080', api ?? ''],
    ['9200', inspect ?? ''],
    ['9300', aws ?? ''],
    ['9464', metrics ?? ''],
  ]);
});
afterAll(async () => {
  supervisor.kill();
  await supervisor.stop();
  await stack?.close();
  rmSync(folder, { recursive: true, force: true });
});

function here(text: string): string {
  return text.replaceAll(
    /(?<!\w)(?:temporal:7233|\/edge|\/tmp|8080|9200|9300|9464)(?!\w)/g,
    (word) => place?.get(word) ?? word,
  );
}

/** The image's own variables, which a service's overrule. */
function imageEnvironment(): Record<string, string> {
  const dockerfile = readFileSync(join(projectRoot(), 'Dockerfile'), 'utf8');
  const line = /^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '';
  const variables: Record<string, string> = {};
  for (const pair of line.split(' ')) {
    const [name = '', value = ''] = pair.split('=');
    variables[name] = value;
  }
  return variables;
}

function commandOf(name: string) {
  const { command, environment } = serviceOf(compose, name);
  const variables = Object.entries({ ...imageEnvironment(), ...environment });
  const [program = '', ...args] = command.map(here);
  return {
    name,
    command: program,
    args,
    environment: {
      PATH: process.env['PATH'],
      HOME: folder,
      ...Object.fromEntries(variables.map(([variable, value]) => [variable, here(value)])),
    },
  };
}

function start(name: string, ready: Readiness) {
  return { ...commandOf(name), ready, readyLimitMs: 90_000 };
}

test('warms the sample with the services of the profile demo', async () => {
  const isReady = whenLine((line) => line.includes('"ready":true'));
  const isPolling = whenLine((line) => line.includes('worker polling'));
  const isServed = whenServed(here('http://127.0.0.1:8080/readyz'));

  await supervisor.start([start('edge', isReady)]);
  await supervisor.start([start('aws', isReady)]);
  await supervisor.start([start('demo-api', isServed), start('demo-control', isPolling)]);
  const sample = await runCommand({ ...commandOf('sample'), limitMs: 240_000 });

  process.stderr.write(sample.stdout);
  expect(sample).toMatchObject({ code: 0, stderr: '' });
});
