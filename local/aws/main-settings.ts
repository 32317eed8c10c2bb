import { parseArgs } from 'node:util';
import { z } from 'zod';
import { drainHookName } from '../../domain/ids.ts';
import type { GroupSettings } from './group.ts';

const portSchema = z.coerce.number().int().min(0).max(65_535);
const millisecondsSchema = z.coerce.number().int().min(0).max(3_600_000);
const sizeSchema = z.coerce.number().int().min(0).max(1_000);

const settingsSchema = z.strictObject({
  'edge-inspect-url': z.url(),
  'log-dir': z.string().min(1),
  worker: z.string().min(1),
  port: portSchema.default(0),
  region: z.string().min(1).default('us-east-1'),
  group: z.string().min(1).default('prewarm_asg_local'),
  'min-size': sizeSchema.default(0),
  'max-size': sizeSchema.default(10),
  'boot-delay-ms': millisecondsSchema.default(1_000),
  'hook-timeout-ms': millisecondsSchema.default(60_000),
  'invalidation-delay-ms': millisecondsSchema.default(1_000),
});

const OPTIONS = Object.fromEntries(
  Object.keys(settingsSchema.shape).map((name) => [name, { type: 'string' } as const]),
);

/** Options of the process. */
export type MainSettings = {
  readonly port: number;
  /** Inspection endpoint of the simulated CloudFront. */
  readonly edgeInspectUrl: string;
  readonly logFolder: string;
  /** File of the fetch worker's entry. */
  readonly workerFile: string;
  readonly invalidationDelayMs: number;
  readonly group: GroupSettings;
};

/**
 * Reads `--edge-inspect-url URL --log-dir DIR --worker FILE`, and optionally `--port`, `--region`,
 * `--group`, `--min-size`, `--max-size`, `--boot-delay-ms`, `--hook-timeout-ms`,
 * `--invalidation-delay-ms`.
 *
 * @throws Error that lists every bad option.
 */
export function readMainSettings(argv: readonly string[]): MainSettings {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const parsed = settingsSchema.safeParse(values);
  if (!parsed.success) {
    throw new Error(`Bad options of the local AWS: ${z.prettifyError(parsed.error)}`);
  }
  const settings = parsed.data;
  return {
    port: settings.port,
    edgeInspectUrl: settings['edge-inspect-url'],
    logFolder: settings['log-dir'],
    workerFile: settings.worker,
    invalidationDelayMs: settings['invalidation-delay-ms'],
    group: {
      name: settings.group,
      region: settings.region,
      minSize: settings['min-size'],
      maxSize: settings['max-size'],
      bootDelayMs: settings['boot-delay-ms'],
      hookTimeoutMs: settings['hook-timeout-ms'],
      hookName: drainHookName(settings.group),
    },
  };
}
