import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { findFreePorts } from '../../../local/free-ports.ts';
import { projectRoot } from '../../../local/project-root.ts';
import { createSupervisor } from '../../../local/supervisor/supervisor.ts';
import { devServerCommand } from '../../../local/temporal/dev-server.ts';
import {
  TEMPORAL_CLI_VERSION,
  devServerArguments,
} from '../../../local/temporal/dev-server-settings.ts';
import { cliRouteOptions, findTemporalCli } from '../../../local/temporal/find-cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function startServer(folder: string): Promise<{ client: Client; stop: () => Promise<void> }> {
  const cli = await findTemporalCli(cliRouteOptions(() => undefined));
  const [port = 0] = await findFreePorts(1);
  const supervisor = createSupervisor(folder);
  onTestFinished(() => supervisor.stop());
  const databaseFile = join(folder, 'temporal.db');
  await supervisor.start([devServerCommand(cli.file, { port, databaseFile })]);
  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  const stop = async (): Promise<void> => {
    await connection.close();
    await supervisor.stop();
  };
  return { client: new Client({ connection }), stop };
}

test('keeps workflows in its database file when it is started again', async () => {
  const folder = temporaryFolder();
  const first = await startServer(folder);
  await first.client.workflow.start('sleeper', { taskQueue: 'nobody', workflowId: 'kept' });
  await first.stop();

  const second = await startServer(folder);
  const found = await second.client.workflow.getHandle('kept').describe();
  await second.stop();

  expect(found.status.name).toBe('RUNNING');
});

test('lifts the read rate of the transfer queue and the rounding of timers', () => {
  const args = devServerArguments({ port: 7_233 });

  expect(args).toContain('history.transferProcessorMaxPollRPS=100');
  expect(args).toContain('history.timerProcessorMaxTimeShift="10ms"');
  expect(args).toContain('matching.enableFairness=true');
  expect(args).toContain('--headless');
  expect(args).not.toContain('--db-filename');
});

test('is built from the version that is downloaded', () => {
  const module = readFileSync(join(projectRoot(), 'local/temporal/cli-module/go.mod'), 'utf8');

  expect(module).toContain(`github.com/temporalio/cli v${TEMPORAL_CLI_VERSION}\n`);
});
