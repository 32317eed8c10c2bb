import { runCommand } from '../../local/temporal/run-command.ts';
import { environmentWithoutTemporal } from '../../local/temporal/dev-server.ts';
import { cliRouteOptions, findTemporalCli } from '../../local/temporal/find-cli.ts';
import type { TestNamespace } from './temporal-namespace.ts';

const LIMIT_MS = 30_000;

/**
 * Runs the `temporal` command as an operator would, in a test's namespace.
 *
 * @returns what it printed.
 * @throws Error with its words when it fails.
 */
export async function runTemporal(
  { address, namespace }: Pick<TestNamespace, 'address' | 'namespace'>,
  ...args: readonly string[]
): Promise<string> {
  const { file } = await findTemporalCli(cliRouteOptions(() => undefined));
  const { code, stdout, stderr } = await runCommand({
    command: file,
    args: [...args, '--address', address, '--namespace', namespace],
    environment: environmentWithoutTemporal(),
    limitMs: LIMIT_MS,
  });
  if (code !== 0) throw new Error(`temporal ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}
