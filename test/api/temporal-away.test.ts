import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTemporalGateway } from '../../api/temporal/temporal-client-gateway.ts';
import { createTemporalConnection } from '../../api/temporal/temporal-connection.ts';
import { createDataConverter } from '../../codec/payload-codec.ts';
import { createTemporalDoor } from '../support/temporal-door.ts';
import { createTestApi } from './stub/create-test-api.ts';
import { matching } from './stub/matchers.ts';

const REQUEST_ID = '684153cc-efab-4a53-9409-357fddc2e2bd';

function createGatewayTo(address: string) {
  const converter = createDataConverter();
  const namespace = 'default';
  const options = { connectionOptions: { address }, namespace, converter };
  const { client, connection, close } = createTemporalConnection(options);
  const onCall = () => {};
  const gateway = createTemporalGateway({ client, connection, namespace, converter, onCall });
  return { gateway, close };
}

test('answers every call with 503 while Temporal is away, and recovers by itself', async () => {
  const door = await createTemporalDoor();
  const { gateway, close } = createGatewayTo(door.address);
  const { app, postJson } = createTestApi({ gateway });
  const body = { url_list: ['https://www.example.com/'], timeout: 1, instance_count: 0 };
  const calls = [
    async () => app.request('/readyz'),
    async () => app.request(`/prewarm?req_id=${REQUEST_ID}`),
    async () => app.request(`/summary?req_id=${REQUEST_ID}`),
    async () => app.request(`/prewarm/events?req_id=${REQUEST_ID}`),
    async () => app.request('/requests'),
    async () => app.request(`/reports/${REQUEST_ID}.csv`),
    async () => app.request(`/reports/${REQUEST_ID}/tasks.csv`),
    () => postJson('/instances', { req_id: REQUEST_ID, force_stop: true }),
    () => postJson('/prewarm', body),
  ];
  const statuses = async () => {
    const answers = await Promise.all(calls.map(async (call) => call()));
    return answers.map(({ status }) => status);
  };
  const readiness = async () => (await app.request('/readyz')).status;
  expect(await readiness()).toBe(200);

  await door.shut();
  const away = await statuses();
  const reason: unknown = await (await app.request('/readyz')).json();
  await door.open();

  expect(away).toEqual(calls.map(() => 503));
  expect(reason).toMatchObject({ error_message: matching(/Temporal is unreachable/) });
  await expect.poll(readiness, { timeout: 10_000 }).toBe(200);
  await close();
  await door.shut();
});

test('ends a call that is between two tries when it is closed', async () => {
  const refusing = createServer((socket) => socket.destroy());
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const { port } = z.object({ port: z.int() }).parse(refusing.address());
  const { gateway, close } = createGatewayTo(`127.0.0.1:${port}`);

  const checking = gateway.check(Date.now() + 10_000);
  await once(refusing, 'connection');
  await close();

  await expect(checking).rejects.toThrow(/Temporal is unreachable/);
  refusing.close();
});
