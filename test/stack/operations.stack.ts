import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { FIXED_FLEET_GROUP, fleetWorkflowId } from '../../domain/ids.ts';
import { projectRoot } from '../../local/project-root.ts';
import { cliRouteOptions, findTemporalCli } from '../../local/temporal/find-cli.ts';
import { runCommand } from '../../local/temporal/run-command.ts';
import { useProduct } from '../support/product.ts';
import { onStack } from './on-stack.ts';

const { namespace } = onStack();
const product = useProduct({ temporal: namespace });

const GUIDE = readFileSync(join(projectRoot(), 'docs/operations.md'), 'utf8');

/** Where the guide leaves something to the reader, or quotes another tool. */
const INCOMPLETE = /…|\b(?:ID|NAME|HOST|Q)\b/;

/** Every `temporal` command of the guide: those in the text, then the block of section 5.2. */
const COMMANDS = [
  ...[...GUIDE.matchAll(/`(temporal [^`]+)`/g)].map(([, command = '']) => command),
  ...[...GUIDE.matchAll(/^temporal .+$/gm)].map(([line]) => line),
].filter((command) => !INCOMPLETE.test(command));

/** Starts a request that takes minutes, and resolves when it fetches. */
async function startLongRequest(): Promise<string> {
  const { api } = product();
  const requestId = await api.prewarm({
    url_list: Array.from(
      { length: 5_000 },
      (_, index) => `https://www.example.com/sizes/${100_000 + index}`,
    ),
    target_type: 'region',
    timeout: 10,
    instance_count: 1,
  });
  await vi.waitFor(
    async () => {
      const { download_count: warm } = await api.progress(requestId);
      expect(warm).toBeGreaterThan(0);
    },
    { timeout: 60_000, interval: 250 },
  );
  return requestId;
}

async function runLine(line: string, requestId: string) {
  const cli = await findTemporalCli(cliRouteOptions(() => undefined));
  const { address, namespace: name } = product().temporal;
  const command = line
    .replace('temporal', `'${cli.file}'`)
    .replace('fleet/prewarm-fetch', fleetWorkflowId(FIXED_FLEET_GROUP));
  return runCommand({
    command: 'sh',
    args: ['-c', `id=${requestId}; ${command}`],
    environment: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: name,
    },
    limitMs: 60_000,
  });
}

test('runs every temporal command of the operations guide', async () => {
  const ids = [await startLongRequest(), await startLongRequest()];
  let [requestId = ''] = ids;

  const failures = [];
  for (const line of COMMANDS) {
    if (line.includes('terminate')) requestId = ids[1] ?? '';
    const { code, stdout, stderr } = await runLine(line, requestId);
    process.stderr.write(`$ ${line}\n${stdout.slice(0, 600)}${stderr}\n`);
    if (code !== 0) failures.push({ line, stderr });
  }

  expect(COMMANDS.length).toBeGreaterThanOrEqual(18);
  expect(failures).toEqual([]);
  for (const id of ids) {
    await vi.waitFor(
      async () => {
        const { status, in_progress_task_count: inProgress } = await product().api.progress(id);
        expect({ status, inProgress }).toEqual({ status: 'FAILED', inProgress: 0 });
      },
      { timeout: 30_000, interval: 250 },
    );
  }
});
