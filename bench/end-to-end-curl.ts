import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { urlsOf, type EndToEndWork } from './end-to-end-work.ts';
import { processUse } from './engine-proc.ts';
import type { ProductStack } from './product-stack.ts';

/** What one pass over all tasks took. */
export type Pass = { readonly gets: number; readonly seconds: number };

const PARALLEL = 48;
const SAMPLE_MS = 20;

/**
 * GETs every URL through every POP once with one curl process, and measures it from outside.
 *
 * @throws Error when a GET fails.
 */
export async function passOfCurl(
  { caFile, edge }: Pick<ProductStack, 'caFile' | 'edge'>,
  work: EndToEndWork,
): Promise<Pass & { readonly cpuSeconds: number }> {
  const configuration = curlConfiguration(work, caFile, await edge.httpsAddresses());
  const startedAtMs = performance.now();
  const args = ['-Z', '--parallel-max', String(PARALLEL), '--no-progress-meter', '-K', '-'];
  const child = spawn('curl', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  let use = { cpuSeconds: 0 };
  const sampling = setInterval(() => (use = processUse(child.pid) ?? use), SAMPLE_MS);
  child.stdin.end(configuration);
  await once(child, 'close').finally(() => clearInterval(sampling));
  if (child.exitCode !== 0) throw new Error(`curl ended with ${child.exitCode}`);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  return { gets: urlsOf(work) * work.pops.length, seconds, cpuSeconds: use.cpuSeconds };
}

/** One section a POP: URLs as a glob, the POP's address in place of the name's own. */
function curlConfiguration(
  work: EndToEndWork,
  caFile: string,
  addresses: ReadonlyMap<string, string>,
): string {
  const { host, leastBytes, largestBytes, pops } = work;
  const sections = pops.map((pop) => {
    const address = addresses.get(pop);
    if (address === undefined) throw new Error(`The edge directory has no POP ${pop}`);
    return [
      `url = "https://${host}/sizes/[${leastBytes}-${largestBytes}]"`,
      `connect-to = "${host}:443:${address}"`,
      `cacert = "${caFile}"`,
      'header = "Accept-Encoding: br, gzip"',
      'header = "Pragma: server-timing"',
      'output = "/dev/null"',
      'http1.1',
      'fail',
    ].join('\n');
  });
  return `${sections.join('\nnext\n')}\n`;
}
