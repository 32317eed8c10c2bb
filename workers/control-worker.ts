import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { createAwsClients } from '../activities/aws-clients.ts';
import { createDataConverter } from '../codec/payload-codec.ts';
import type { ControlConfig } from '../config.ts';
import { CONTROL_TASK_QUEUE } from '../domain/ids.ts';
import { createControlActivities } from './control-activities.ts';
import { openDirectory } from './open-directory.ts';
import { registerSearchAttributes } from './register-search-attributes.ts';
import { runWorker } from './run-worker.ts';
import { installRuntime } from './runtime.ts';
import { stopOnSignals } from './stop-signal.ts';

/** Made by the build: bundling takes seconds, and a control worker has to start fast. */
const WORKFLOW_BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/**
 * Wires a control worker and runs it until SIGTERM or SIGINT; returns when it has ended.
 *
 * @throws Error when the file that `EDGE_DIRECTORY` names can't be used.
 */
export async function runControlWorker(config: ControlConfig, logger: Logger): Promise<void> {
  const directory = await openDirectory(config, logger);
  const stop = stopOnSignals(logger);
  const aws = createAwsClients();
  const { namespace } = config.temporal;
  const dataConverter = createDataConverter({ encryptionKey: config.historyEncryptionKey });
  installRuntime({ logger, ...config });
  await runWorker({
    temporal: config.temporal,
    dataConverter,
    taskQueue: CONTROL_TASK_QUEUE,
    identity: `control/${hostname()}/${process.pid}`,
    logger,
    stop,
    workerOptions: async (connection) => {
      await registerSearchAttributes(connection, { namespace, logger });
      const client = new Client({ connection, namespace, dataConverter });
      return {
        workflowBundle: { codePath: WORKFLOW_BUNDLE },
        activities: { ...createControlActivities(config, { client, aws, directory }) },
        // Tasks and queries for a worker that died wait as long before another one takes them.
        stickyQueueScheduleToStartTimeout: '3 seconds',
      };
    },
  });
  aws.close();
}
