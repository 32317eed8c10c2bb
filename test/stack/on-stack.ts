import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createDataConverter } from '../../codec/payload-codec.ts';
import type { TestNamespace } from '../support/temporal-namespace.ts';
import { startStack, type Stack } from './stack.ts';

/** A stack of the calling file's own, and the product's namespace on it. */
export type OnStack = {
  /** The stack; only while tests run. */
  readonly stack: () => Stack;
  /** Starts the stack; closing the namespace ends it. */
  readonly namespace: () => Promise<TestNamespace>;
};

/** Prepares a stack that the product under test starts on. */
export function onStack(): OnStack {
  let stack: Stack | undefined;
  return {
    stack: () => {
      if (stack === undefined) throw new Error('The stack runs only while tests do');
      return stack;
    },
    namespace: async () => {
      const running = await startStack((line) => process.stderr.write(`${line}\n`));
      stack = running;
      const { address, namespace } = running;
      const clientConnection = await Connection.connect({ address });
      const connection = await NativeConnection.connect({ address });
      const dataConverter = createDataConverter();
      return {
        address,
        namespace,
        client: new Client({ connection: clientConnection, namespace, dataConverter }),
        connection,
        close: async () => {
          await clientConnection.close();
          await connection.close();
          await running.close();
        },
      };
    },
  };
}
