import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../local/project-root.ts';
import { readField } from '../../local/read-field.ts';
import { whenLine } from '../../local/supervisor/readiness.ts';
import type { ProductProcesses } from './product-processes.ts';

const edgeReadySchema = z.object({
  inspectUrl: z.string(),
  edgeDirectoryFile: z.string(),
  caFile: z.string(),
});

const awsReadySchema = z.object({ url: z.string() });

/** Where a simulated CloudFront and a local AWS answer. */
export type Surroundings = z.infer<typeof edgeReadySchema> & { readonly awsUrl: string };

/**
 * Starts a simulated CloudFront with every POP of the catalogue, and a local AWS that lists its
 * distributions. Its group launches nothing, since no test asks it to.
 */
export async function startSurroundings(processes: ProductProcesses): Promise<Surroundings> {
  const dataFolder = ['--data-dir', processes.folder];
  const edge = edgeReadySchema.parse(await startOne(processes, 'edge', dataFolder));
  const worker = ['--worker', join(projectRoot(), 'dist/workers/fetch.js')];
  const inspectUrl = ['--edge-inspect-url', edge.inspectUrl];
  const args = [...inspectUrl, ...worker, '--log-dir', processes.folder];
  const aws = awsReadySchema.parse(await startOne(processes, 'aws', args));
  return { ...edge, awsUrl: aws.url };
}

/** @returns what it said in its line of JSON when it was ready. */
async function startOne(
  processes: ProductProcesses,
  name: 'edge' | 'aws',
  args: readonly string[],
): Promise<unknown> {
  const isReady = (line: string): boolean => readField(line, 'ready') === true;
  const entry = `local/${name}/main.js`;
  const child = await processes.start({ name, entry, args, ready: whenLine(isReady) });
  const said: unknown = JSON.parse(child.log.lastLines().find(isReady) ?? '');
  return said;
}
