import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { choosePorts } from '../../local/choose-ports.ts';
import { findFreePorts, isPortFree } from '../../local/free-ports.ts';

async function takenPort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('finds a free port wherever 0 is asked', async () => {
  const ports = await choosePorts({ api: 0, temporal: 0, ui: 0 });

  expect(new Set(Object.values(ports)).size).toBe(3);
  expect(await Promise.all(Object.values(ports).map((port) => isPortFree(port)))).toEqual([
    true,
    true,
    true,
  ]);
});

test.each(['127.0.0.1', '0.0.0.0'])(
  'names each port that a program on %s has taken, its purpose and a way round',
  async (host) => {
    const api = await takenPort(host);
    const ui = await takenPort(host);
    const [temporal = 0] = await findFreePorts(1);

    const chosen = choosePorts({ api, temporal, ui });

    await expect(chosen).rejects.toThrow(
      new RegExp(
        `Port ${api}, for the API, is taken.*Port ${ui}, for Temporal's Web UI, is taken.*npm start -- --port \\d+ --ui-port \\d+$`,
        's',
      ),
    );
    await expect(chosen).rejects.not.toThrow('--temporal-port');
  },
);

test("leaves the ports of the user's own Temporal server alone", async () => {
  const temporal = await takenPort('127.0.0.1');

  const ports = await choosePorts({ api: 0, temporal, ui: 0 }, ['api']);

  expect(ports.temporal).toBe(temporal);
});
