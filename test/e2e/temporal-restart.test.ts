import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findFreePorts } from '../../local/free-ports.ts';
import { createSupervisor } from '../../local/supervisor/supervisor.ts';
import { devServerCommand } from '../../local/temporal/dev-server.ts';
import { cliRouteOptions, findTemporalCli } from '../../local/temporal/find-cli.ts';
import { expectWarmIsHeld, untilFetching } from '../support/fetches.ts';
import { useProduct } from '../support/product.ts';
import { createTestNamespace } from '../support/temporal-namespace.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-restart-'));
const servers = createSupervisor(folder);
let port = 0;

afterAll(async () => {
  servers.kill();
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(): Promise<void> {
  const { file } = await findTemporalCli(cliRouteOptions(() => undefined));
  await servers.start([devServerCommand(file, { port, databaseFile: join(folder, 'db') })]);
}

const product = useProduct({
  temporal: async () => {
    [port = 0] = await findFreePorts(1);
    await startServer();
    return createTestNamespace(`127.0.0.1:${port}`);
  },
});

test('goes on after the Temporal server was killed and started again', async () => {
  const { api, edge } = product();
  const path = '/sizes/60000';
  const pop = 'NRT57-P3';
  const fault = { kind: 'slow', bytesPerSecond: 15_000 } as const;
  await edge.addFault({ fault, url: path, pop, times: 1 });
  const quick = Array.from({ length: 20 }, (_, index) => `${path}${index}`);
  const requestId = await api.prewarm({
    url_list: [path, ...quick].map((each) => `https://www.example.com${each}`),
    cf_domain: 'www.example.com',
    target_type: 'pop',
    pops: ['FRA56-P4', 'ARN56-P1', pop, 'KIX56-C1'],
    timeout: 5,
    instance_count: 0,
  });
  await untilFetching(product(), { path, pop });

  const [server] = servers.running();
  server?.signal('SIGKILL');
  await server?.ended;
  await startServer();
  const end = await api.endedAfterOutage(requestId);

  expect(end).toMatchObject({ status: 'FINISHED', download_count: end.total_count });
  await expectWarmIsHeld(product(), await api.tasks(requestId));
});
