import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../local/project-root.ts';

const variables = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: variables.default({}),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).optional() }).optional(),
  restart: z.string().optional(),
});

const fileSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
});

/** A service of docker-compose.yml, as far as the tests read it. */
export type ComposeService = z.infer<typeof serviceSchema>;

/** docker-compose.yml with every variable at its default. */
export type ComposeFile = z.infer<typeof fileSchema>;

/** Reads docker-compose.yml as compose does with an empty environment. */
export function readComposeFile(): ComposeFile {
  const text = readFileSync(join(projectRoot(), 'docker-compose.yml'), 'utf8');
  return fileSchema.parse(interpolate(parse(text, { merge: true })));
}

/**
 * A service by its name.
 *
 * @throws Error when the file has none of this name.
 */
export function serviceOf(file: ComposeFile, name: string): ComposeService {
  const service = file.services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** `1.31.2` of `temporalio/server:1.31.2`. @throws Error when the image is not pinned. */
export function versionOf({ image }: ComposeService): string {
  const version = /:(\d+\.\d+(?:\.\d+)?)(?:-[\w.]+)?$/.exec(image)?.[1];
  if (version === undefined) throw new Error(`docker-compose.yml does not pin ${image}`);
  return version;
}

/** `${NAME:-default}` is the only form the file may use: each setting works unset. */
function interpolate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(interpolate);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, interpolate(member)]),
    );
  }
  if (typeof value !== 'string') return value;
  const replaced = value.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');
  if (replaced.includes('${')) throw new Error(`docker-compose.yml: "${value}" lacks a default`);
  return replaced;
}
