import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../../domain/ids.ts';
import { projectRoot } from '../../local/project-root.ts';
import { DEV_SERVER_DYNAMIC_CONFIG } from '../../local/temporal/dev-server-settings.ts';
import { readComposeFile, serviceOf, versionOf } from '../stack/compose-file.ts';

const compose = readComposeFile();
const services = Object.entries(compose.services);

function read(path: string): string {
  return readFileSync(join(projectRoot(), path), 'utf8');
}

function servicesOf(profile: string): string[] {
  return services
    .filter(([, { profiles }]) => profiles.length === 0 || profiles.includes(profile))
    .map(([name]) => name)
    .sort();
}

test('pins the version of every image that is not built here', () => {
  const foreign = services.filter(([, { image }]) => !image.startsWith('cloudfront-prewarm'));

  expect(foreign.length).toBeGreaterThan(0);
  for (const [, service] of foreign) expect(versionOf(service)).toMatch(/^\d+\.\d+/);
});

test('runs one version of Temporal in the server and in its jobs', () => {
  const versions = ['schema', 'temporal', 'namespaces'].map((name) =>
    versionOf(serviceOf(compose, name)),
  );

  expect(new Set(versions).size).toBe(1);
});

test('has the whole product in either profile, and nothing of one in the other', () => {
  const temporal = ['namespaces', 'postgres', 'schema', 'temporal', 'ui'];

  expect(servicesOf('none')).toEqual(temporal);
  expect(servicesOf('production')).toEqual([...temporal, 'api', 'control', 'fetch'].sort());
  expect(servicesOf('demo')).toEqual(
    [...temporal, 'aws', 'demo-api', 'demo-control', 'edge', 'sample'].sort(),
  );
});

test('keeps the requests of the two profiles apart by namespace', () => {
  const namespaces = serviceOf(compose, 'namespaces').environment['NAMESPACES']?.split(' ');

  const used = ['api', 'control', 'fetch', 'demo-api', 'demo-control', 'aws'].map(
    (name) => serviceOf(compose, name).environment['TEMPORAL_NAMESPACE'],
  );

  expect(namespaces).toEqual(['prewarm', 'prewarm-demo']);
  expect(used).toEqual([
    'prewarm',
    'prewarm',
    'prewarm',
    'prewarm-demo',
    'prewarm-demo',
    'prewarm-demo',
  ]);
});

test('publishes ports on loopback only', () => {
  const ports = services.flatMap(([, service]) => service.ports);

  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('waits for what a service needs to be healthy, and for jobs to be through', () => {
  const wrong = services.flatMap(([name, { depends_on: needs }]) =>
    Object.entries(needs)
      .filter(([needed, { condition }]) => {
        const isJob = needed === 'schema' || needed === 'namespaces';
        return condition !== (isJob ? 'service_completed_successfully' : 'service_healthy');
      })
      .map(([needed]) => `${name} needs ${needed}`),
  );

  expect(wrong).toEqual([]);
});

test('starts again whatever dies, and jobs that fail', () => {
  const policies = new Map(services.map(([name, { restart }]) => [name, restart]));

  expect(policies.get('schema')).toBe('on-failure:5');
  expect(policies.get('namespaces')).toBe('on-failure:5');
  expect(policies.get('sample')).toBe('no');
  for (const job of ['schema', 'namespaces', 'sample']) policies.delete(job);
  expect(new Set(policies.values())).toEqual(new Set(['unless-stopped']));
});

test('registers the search attributes that the product writes', () => {
  const { SEARCH_ATTRIBUTES: attributes } = serviceOf(compose, 'namespaces').environment;

  expect(attributes?.split(' ')).toEqual([
    `${STATUS_SEARCH_ATTRIBUTE}=Keyword`,
    `${DOMAIN_SEARCH_ATTRIBUTE}=KeywordList`,
  ]);
});

test('gives the server the settings that the dev server has', () => {
  const file = z
    .record(z.string(), z.array(z.strictObject({ value: z.unknown() })).length(1))
    .parse(parse(read('deploy/temporal/dynamic-config.yaml')));

  const settings = Object.entries(file).map(
    ([key, [entry]]) => `${key}=${JSON.stringify(entry?.value)}`,
  );

  expect(settings).toEqual(expect.arrayContaining([...DEV_SERVER_DYNAMIC_CONFIG]));
});

test('sets only variables that the product reads', () => {
  const documented = new Set(
    [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name),
  );
  const others = /^(?:AWS_|TEMPORAL_|\w+_FILE$)/;

  const unknown = ['api', 'control', 'fetch', 'demo-api', 'demo-control', 'aws'].flatMap((name) => {
    const variables = Object.keys(serviceOf(compose, name).environment);
    return variables.filter((variable) => !documented.has(variable) && !others.test(variable));
  });

  expect(unknown).toEqual([]);
});

test('builds with builders old and new: no syntax line, here-document, linked copy or digest', () => {
  const dockerfile = read('Dockerfile');

  expect(dockerfile).not.toMatch(/^#\s*syntax=|<<|--link|@sha256:/m);
});

test('sends into the image nothing but sources and their manifests', () => {
  const [first, ...allowed] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  expect(first).toBe('*');
  for (const line of allowed) expect(line).toMatch(/^![a-z][\w.-]*$/);
  expect(allowed.join('\n')).not.toMatch(/env|secret|infra|test/);
});
