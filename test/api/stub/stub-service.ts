import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Context, heartbeat } from '@temporalio/activity';
import { DefaultLogger, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { createTemporalGateway } from '../../../api/temporal/temporal-client-gateway.ts';
import { createTemporalConnection } from '../../../api/temporal/temporal-connection.ts';
import { createDataConverter } from '../../../codec/payload-codec.ts';
import type { BatchHeartbeat } from '../../../domain/batch.ts';
import { CONTROL_TASK_QUEUE, FETCH_TASK_QUEUE } from '../../../domain/ids.ts';
import type { PrewarmInput } from '../../../domain/prewarm.ts';
import { createTestNamespace } from '../../support/temporal-namespace.ts';
import { prewarmInput } from './prewarm-input.ts';

/** A real Temporal namespace with workers that run the stub workflows, and the api's gateway to it. */
export async function startStubService() {
  const logger = new DefaultLogger('ERROR');
  const temporal = await createTestNamespace();
  const { connection, namespace, address, client } = temporal;
  const converter = createDataConverter();
  const workflowsPath = fileURLToPath(new URL('workflows.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  const shared = { connection, namespace, dataConverter: converter };
  const control = await Worker.create({ ...shared, taskQueue: CONTROL_TASK_QUEUE, workflowBundle });
  const fetching = await Worker.create({
    ...shared,
    taskQueue: FETCH_TASK_QUEUE,
    maxHeartbeatThrottleInterval: '100 ms',
    activities: {
      fetchBatch: async (details: BatchHeartbeat) => {
        heartbeat(details);
        await Context.current().cancelled;
      },
    },
  });
  const running = Promise.all([control.run(), fetching.run()]);
  const api = createTemporalConnection({ connectionOptions: { address }, namespace, converter });
  const calls: string[] = [];
  const gateway = createTemporalGateway({
    ...api,
    namespace,
    converter,
    onCall: (name) => calls.push(name),
  });
  return {
    gateway,
    calls,
    client,
    namespace,
    address,
    close: async () => {
      control.shutdown();
      fetching.shutdown();
      await running;
      await api.connection.close();
      await temporal.close();
    },
  };
}

export type StubService = Awaited<ReturnType<typeof startStubService>>;

/** Starts a request through the gateway and returns its id. */
export async function startRequest(
  { gateway }: Pick<StubService, 'gateway'>,
  overrides: Partial<PrewarmInput> = {},
): Promise<string> {
  const requestId = randomUUID();
  const input = prewarmInput(overrides);
  const acceptance = {
    acceptedAtMs: input.acceptedAtMs,
    timeoutAtMs: input.acceptedAtMs + input.timeoutMs,
    totalTasks: input.urls.length * input.pops.length,
  };
  const start = { requestId, input, memo: { acceptance, keyName: 'tests' } };
  await gateway.start(start, Date.now() + 10_000);
  return requestId;
}
