import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { engineContender, type Work } from './engine-contenders.ts';
import { UNLIMITED_REQUESTS } from './engine-messages.ts';
import { PORTS } from './engine-objects.ts';
import { startServer } from './engine-server.ts';
import { requireTools } from './engine-tools.ts';

const SECONDS = 8;
const LINES = 25;
/** Modules load and V8 compiles before; the measure begins after its own second of warm-up. */
const SKIPPED_MICROSECONDS = 2_000_000;

/** V8's CPU profile (Chrome DevTools Protocol, Profiler.Profile), as far as it is read here. */
const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

type Profile = z.infer<typeof profileSchema>;

/** Prints where the product's engine spends its time in the 1 KB and the 100 MB cell. */
export async function run(): Promise<void> {
  requireTools();
  const server = await startServer();
  const base = {
    caFile: server.caFile,
    scheme: 'https',
    port: PORTS.https,
    warmUpSeconds: 1,
  } as const;
  const small = { ...base, object: '1k', connections: 48, seconds: SECONDS } as const;
  const large = { ...base, object: '100m', connections: 6, seconds: SECONDS } as const;
  try {
    for (const [name, work] of [
      ['1 KB HTTPS, 48 connections', { ...small, requests: UNLIMITED_REQUESTS }],
      ['100 MB HTTPS, 6 connections', { ...large, requests: UNLIMITED_REQUESTS }],
    ] as const) {
      print(name, await profileOf(work));
    }
  } finally {
    await server.close();
  }
}

async function profileOf(work: Work): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-profile-'));
  try {
    const flags = ['--cpu-prof', '--cpu-prof-dir', folder];
    const client = await engineContender('edge', work, flags).open();
    await client.measureOnce();
    await client.close();
    const [file = ''] = readdirSync(folder);
    return profileSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print(name: string, profile: Profile): void {
  const times = selfTimes(profile);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const sorted = [...times].sort(([, a], [, b]) => b - a).slice(0, LINES);
  console.log(`\n${name}: share of the time in each function itself`);
  for (const [place, time] of sorted) {
    console.log(`  ${((100 * time) / total).toFixed(1).padStart(5)} %  ${place}`);
  }
}

/** Microseconds in each function, without those it calls. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let elapsed = 0;
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    elapsed += delta;
    if (elapsed < SKIPPED_MICROSECONDS) continue;
    const place = places.get(id) ?? '';
    times.set(place, (times.get(place) ?? 0) + delta);
  }
  return times;
}

function placeOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  // libuv's reads and OpenSSL's decryption run with no JavaScript on the stack.
  if (functionName === '(idle)') return 'outside JavaScript: epoll, recv, TLS decryption, waiting';
  const file = url.split('/').slice(-2).join('/');
  const name = functionName === '' ? '(anonymous)' : functionName;
  return file === '' ? name : `${name}  ${file}:${lineNumber + 1}`;
}
