import { startStack } from './stack.ts';

/**
 * The stack for the end-to-end suite, which takes the server at `TEMPORAL_ADDRESS` instead of
 * starting its own.
 */
export async function setup(): Promise<() => Promise<void>> {
  const stack = await startStack((line) => process.stderr.write(`${line}\n`));
  // Where the suite looks for its server's search attributes, as on a dev server.
  await stack.runJob('namespaces', { NAMESPACES: 'default' });
  process.env['TEMPORAL_ADDRESS'] = stack.address;
  process.env['TEMPORAL_NAMESPACE'] = stack.namespace;
  return stack.close;
}
