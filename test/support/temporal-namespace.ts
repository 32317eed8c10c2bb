import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { temporal } from '@temporalio/proto';
import { NativeConnection } from '@temporalio/worker';
import { inject } from 'vitest';
import { createDataConverter } from '../../codec/payload-codec.ts';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../../domain/ids.ts';

const { IndexedValueType } = temporal.api.enums.v1;
const POLL_MS = 50;

/** A namespace of its own on the run's Temporal server, so that task queues don't meet other tests. */
export type TestNamespace = {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly close: () => Promise<void>;
};

/**
 * Creates a namespace with the product's search attributes and waits until it is usable.
 *
 * @param address `host:port` of a server. @default the run's server
 */
export async function createTestNamespace(
  address = inject('temporalAddress'),
): Promise<TestNamespace> {
  const namespace = `test-${randomUUID()}`;
  const clientConnection = await Connection.connect({ address });
  await clientConnection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const isUsable = async (): Promise<boolean> => {
    try {
      await clientConnection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: {
          [STATUS_SEARCH_ATTRIBUTE]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
          [DOMAIN_SEARCH_ATTRIBUTE]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
        },
      });
      await clientConnection.workflowService.countWorkflowExecutions({
        namespace,
        query: `${STATUS_SEARCH_ATTRIBUTE} = 'none'`,
      });
      return true;
    } catch {
      // The server's namespace cache is refreshed about once a second.
      return false;
    }
  };
  const giveUpAtMs = Date.now() + 30_000;
  while (!(await isUsable())) {
    if (Date.now() > giveUpAtMs) throw new Error(`Namespace ${namespace} is not usable after 30 s`);
    await delay(POLL_MS);
  }
  const connection = await NativeConnection.connect({ address });
  const dataConverter = createDataConverter();
  return {
    address,
    namespace,
    client: new Client({ connection: clientConnection, namespace, dataConverter }),
    connection,
    close: async () => {
      await connection.close();
      await clientConnection.close();
    },
  };
}
