import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { CATALOGUE_POPS } from './catalogue-pops.ts';
import type { SimulatedCloudFrontOptions } from './simulated-cloudfront.ts';

const portSchema = z.coerce.number().int().min(0).max(65_535);
const millisecondsSchema = z.coerce.number().int().min(0).max(600_000);

const settingsSchema = z.object({
  'data-dir': z.string().min(1),
  pops: z.string().min(1).optional(),
  admission: z.enum(['A', 'B']).default('A'),
  'port-base': portSchema.optional(),
  'inspect-port': portSchema.default(0),
  'origin-latency-ms': millisecondsSchema.default(0),
  'invalidation-delay-ms': millisecondsSchema.default(0),
});

const popsSchema = z.array(z.object({ id: z.string(), regionalEdgeCache: z.string() })).min(1);

/** Options of the process, and where it keeps its files. */
export type MainSettings = SimulatedCloudFrontOptions & { dataDirectory: string };

function parseSettings(argv: readonly string[]): z.infer<typeof settingsSchema> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'data-dir': string,
      pops: string,
      admission: string,
      'port-base': string,
      'inspect-port': string,
      'origin-latency-ms': string,
      'invalidation-delay-ms': string,
    },
  });
  const parsed = settingsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Error(`Bad options of the simulated CloudFront: ${z.prettifyError(parsed.error)}`);
}

async function readPops(path: string): Promise<SimulatedCloudFrontOptions['pops']> {
  return popsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

/**
 * Reads the options of the process: `--data-dir DIR`, and optionally `--pops FILE` (JSON list of
 * `{ id, regionalEdgeCache }`, instead of the catalogue), `--admission A|B`, `--port-base N`,
 * `--inspect-port N`, `--origin-latency-ms N`, `--invalidation-delay-ms N`.
 *
 * @throws Error that lists every bad option.
 */
export async function readMainSettings(argv: readonly string[]): Promise<MainSettings> {
  const settings = parseSettings(argv);
  const portBase = settings['port-base'];
  return {
    pops: settings.pops === undefined ? CATALOGUE_POPS : await readPops(settings.pops),
    dataDirectory: settings['data-dir'],
    admissionRule: settings.admission,
    inspectPort: settings['inspect-port'],
    originLatencyMs: settings['origin-latency-ms'],
    invalidationDelayMs: settings['invalidation-delay-ms'],
    ...(portBase === undefined ? {} : { portBase }),
  };
}
