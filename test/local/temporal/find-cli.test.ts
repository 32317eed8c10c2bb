import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CliRouteOptions } from '../../../local/temporal/cli-route.ts';
import { findTemporalCli } from '../../../local/temporal/find-cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const GOOD = 'echo "temporal version 9.9.9 (Server 1.31.2, UI 2.50.1)"';
const GO_PRESENT = 'if [ "$1" = env ]; then echo go1.26.4; exit 0; fi';

type Machine = CliRouteOptions & {
  readonly lines: string[];
  readonly folder: string;
  readonly cached: string;
};

/** A machine without go and without a way out, on which nothing is found. */
function machine(environment: Readonly<Record<string, string>> = {}): Machine {
  const folder = temporaryFolder();
  const lines: string[] = [];
  mkdirSync(join(folder, 'bin'));
  return {
    environment: {
      PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
      XDG_CACHE_HOME: join(folder, 'cache'),
      ...environment,
    },
    platform: 'linux',
    architecture: 'x64',
    report: (line) => void lines.push(line),
    archiveUrl: 'http://127.0.0.1:9/archive',
    lines,
    folder,
    cached: join(folder, 'cache/cloudfront-prewarm/temporal-1.8.2/temporal'),
  };
}

function writeProgram(file: string, script: string): string {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/archive`;
}

function archiveOf(folder: string, script: string): Buffer {
  writeProgram(join(folder, 'release/temporal'), script);
  return execFileSync('tar', ['-cz', '-C', join(folder, 'release'), 'temporal']);
}

test('prefers TEMPORAL_CLI_PATH to PATH, and PATH to the cache', async () => {
  const options = machine();
  const named = writeProgram(join(options.folder, 'named/temporal'), GOOD);
  const onPath = writeProgram(join(options.folder, 'bin/temporal'), GOOD);
  writeProgram(options.cached, GOOD);

  const byName = await findTemporalCli({
    ...options,
    environment: { ...options.environment, TEMPORAL_CLI_PATH: named },
  });
  const byPath = await findTemporalCli(options);

  expect(byName).toEqual({ file: named, version: '9.9.9', from: 'TEMPORAL_CLI_PATH' });
  expect(byPath).toEqual({ file: onPath, version: '9.9.9', from: 'PATH' });
});

test.each([
  ['does not run', 'echo broken >&2; exit 3', 'failed with code 3: broken'],
  ['is another program', 'echo hello', 'does not name a Temporal server: hello'],
  [
    'is too old',
    'echo "temporal version 1.0.0 (Server 1.24.2, UI 2.1)"',
    '1.29 or newer is needed',
  ],
])('takes the next way when the CLI on PATH %s, and says why', async (_case, script, reason) => {
  const options = machine();
  writeProgram(join(options.folder, 'bin/temporal'), script);
  writeProgram(options.cached, GOOD);

  const cli = await findTemporalCli(options);

  expect(cli.from).toBe('cache');
  expect(options.lines.join('\n')).toContain(reason);
});

test('says so when the file that TEMPORAL_CLI_PATH names does not exist', async () => {
  const options = machine({ TEMPORAL_CLI_PATH: '/nowhere/temporal' });
  writeProgram(options.cached, GOOD);

  await findTemporalCli(options);

  expect(options.lines.join('\n')).toContain('/nowhere/temporal --version failed');
});

test('downloads the release for platform and architecture into the cache', async () => {
  const options = machine();
  const archive = archiveOf(options.folder, GOOD);
  const asked: string[] = [];
  const archiveUrl = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.end(archive);
  });

  const cli = await findTemporalCli({ ...options, archiveUrl, architecture: 'arm64' });

  expect(cli).toEqual({ file: options.cached, version: '9.9.9', from: 'download' });
  expect(asked).toEqual(['/archive/v1.8.2?platform=linux&arch=arm64']);
  expect(readdirSync(join(options.cached, '..'))).toEqual(['temporal']);
});

test('builds with go when the download is cut', async () => {
  const options = machine();
  writeProgram(
    join(options.folder, 'bin/go'),
    `${GO_PRESENT}
     cp go.mod "${options.folder}/built-from"
     printf '#!/bin/sh\\n%s\\n' '${GOOD}' > temporal && chmod +x temporal`,
  );
  const archiveUrl = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('x', () => response.destroy());
  });

  const cli = await findTemporalCli({ ...options, archiveUrl });

  expect(cli).toEqual({ file: options.cached, version: '9.9.9', from: 'go build' });
  expect(readFileSync(join(options.folder, 'built-from'), 'utf8')).toContain(
    'temporalio/cli v1.8.2',
  );
  expect(options.lines.join('\n')).toContain('usually 3 to 4 minutes');
});

test('clears away what killed builds left, but not one that goes on', async () => {
  const options = machine();
  const cache = join(options.cached, '..');
  mkdirSync(join(cache, 'build-killed'), { recursive: true });
  mkdirSync(join(cache, 'build-running'));
  utimesSync(join(cache, 'build-killed'), 0, 0);
  writeProgram(join(options.folder, 'bin/go'), `${GO_PRESENT}\nexit 1`);

  await expect(findTemporalCli(options)).rejects.toThrow('go build failed');

  expect(readdirSync(cache)).toEqual(['build-running']);
});

test('does not keep a download that does not run', async () => {
  const options = machine();
  const archive = archiveOf(options.folder, 'exit 1');
  const archiveUrl = await serve((_request, response) => void response.end(archive));
  writeProgram(join(options.folder, 'bin/go'), `${GO_PRESENT}\nexit 1`);

  await expect(findTemporalCli({ ...options, archiveUrl })).rejects.toThrow('download: ');

  expect(existsSync(options.cached)).toBe(false);
});

test('names every way and its reason when none works', async () => {
  const options = machine({ TEMPORAL_CLI_PATH: '/nowhere/temporal' });
  writeProgram(join(options.folder, 'bin/go'), `${GO_PRESENT}\necho no module >&2\nexit 1`);

  const found = findTemporalCli(options);

  await expect(found).rejects.toThrow(
    /TEMPORAL_ADDRESS.*TEMPORAL_CLI_PATH: .*download: .*go build: go build failed: no module/s,
  );
});

test.each([
  ['go1.19.8', undefined, 'go 1.19.8 is too old'],
  ['go1.24.4', 'local', 'GOTOOLCHAIN=local forbids'],
  ['go1.24.4', undefined, 'asked for auto'],
  ['go1.26.4', undefined, 'asked for nothing'],
  ['go1.27rc1', undefined, 'asked for nothing'],
])('with %s and GOTOOLCHAIN %s the build says: %s', async (version, toolchain, expected) => {
  const options = machine(toolchain === undefined ? {} : { GOTOOLCHAIN: toolchain });
  writeProgram(
    join(options.folder, 'bin/go'),
    `if [ "$1" = env ]; then echo ${version}; exit 0; fi
     echo "asked for \${GOTOOLCHAIN:-nothing}" >&2; exit 1`,
  );

  await expect(findTemporalCli(options)).rejects.toThrow(expected);
});
