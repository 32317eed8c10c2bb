import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ConfigError, loadApiConfig, loadControlConfig, loadFetchConfig } from '../config.ts';

const noFile = { TEMPORAL_CONFIG_FILE: '/nonexistent/temporal.toml' };

const containing = (text: string): unknown => expect.stringContaining(text);

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('has the documented defaults when nothing is set', () => {
  expect(loadFetchConfig(noFile)).toMatchObject({
    fetchSlots: 2,
    fetchConnectionsPerPop: 8,
    fetchMaxConnections: 256,
    fetchMaxRpsPerPop: 500,
    fetchMaxBytesPerSecond: undefined,
    fetchEngine: 'edge',
    edgeDirectory: 'dns',
    edgeDnsServers: undefined,
    edgeDnsSuffix: 'cloudfront.net',
    edgeCaFile: undefined,
    logLevel: 'info',
    metricsPort: undefined,
    temporal: { namespace: 'default' },
  });
  expect(loadApiConfig(noFile)).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    apiKeys: [],
    maxInstances: 300,
    maxInvalidationPaths: 3_000,
  });
  expect(loadControlConfig(noFile)).toMatchObject({
    allowedDistributions: undefined,
    autoScalingGroupName: undefined,
    fleetIdleSeconds: 60,
  });
});

test('lists every bad variable in one error and shows its value', () => {
  const problems = problemsOf(() =>
    loadFetchConfig({
      ...noFile,
      FETCH_SLOTS: '0',
      FETCH_ENGINE: 'curl',
      EDGE_DNS_SERVERS: '127.0.0.1:53, resolver:53',
      EDGE_CA_FILE: '/nonexistent/ca.pem',
      METRICS_PORT: 'yes',
    }),
  );

  expect(problems).toEqual(
    [
      'METRICS_PORT must be off or a port from 1 to 65535 (not "yes")',
      'FETCH_SLOTS must be a whole number from 1 to 100 (not "0")',
      'FETCH_ENGINE must be edge or undici (not "curl")',
      'EDGE_DNS_SERVERS must be ip:port, separated by commas (not "127.0.0.1:53, resolver:53")',
      'EDGE_CA_FILE must be the path of a readable file (not "/nonexistent/ca.pem")',
    ].toSorted((a, b) => problems.indexOf(a) - problems.indexOf(b)),
  );
});

test('does not judge variables of other processes', () => {
  expect(problemsOf(() => loadFetchConfig({ ...noFile, PORT: 'x', MAX_INSTANCES: 'x' }))).toEqual(
    [],
  );
});

test('demands the public URL, the signing key and API keys off loopback', () => {
  const problems = problemsOf(() => loadApiConfig({ ...noFile, HOST: '0.0.0.0', PORT: '99999' }));

  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'PORT',
    'PUBLIC_URL',
    'REPORT_SIGNING_KEY',
    'API_KEYS',
  ]);
});

test('reads named API keys and keeps equals signs inside a key', () => {
  const { apiKeys } = loadApiConfig({ ...noFile, API_KEYS: 'ci=abc==, ops=def' });

  expect(apiKeys).toEqual([
    { name: 'ci', key: 'abc==' },
    { name: 'ops', key: 'def' },
  ]);
});

test('never shows a secret in an error', () => {
  const problems = problemsOf(() =>
    loadApiConfig({ ...noFile, API_KEYS: 'hunter2-without-name', REPORT_SIGNING_KEY: 'tooshort' }),
  );

  expect(problems).toHaveLength(2);
  expect(problems.join(' ')).not.toMatch(/hunter2|tooshort/);
});

test('signs reports with a fresh random key on loopback', () => {
  expect(loadApiConfig(noFile).reportSigningKey).not.toBe(loadApiConfig(noFile).reportSigningKey);
});

test.each([
  ['ALLOWED_DISTRIBUTIONS', ',', loadControlConfig],
  ['API_KEYS', ' , ,', loadApiConfig],
  ['EDGE_DNS_SERVERS', ',,', loadFetchConfig],
] as const)('refuses %s of %j, which lists nothing', (name, value, load) => {
  const problems = problemsOf(() => load({ ...noFile, [name]: value }));

  expect(problems).toEqual([containing(`${name} must name at least one`)]);
});

test('treats an empty variable as unset', () => {
  expect(loadFetchConfig({ ...noFile, FETCH_SLOTS: '', EDGE_CA_FILE: ' ' }).fetchSlots).toBe(2);
});

test('takes the Temporal connection from its own variables', () => {
  const { temporal } = loadControlConfig({
    ...noFile,
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    TEMPORAL_NAMESPACE: 'prewarm',
  });

  expect(temporal).toMatchObject({
    namespace: 'prewarm',
    connectionOptions: { address: 'temporal.example:7233' },
  });
});

test('lists a certificate file that Temporal cannot have beside the other problems', () => {
  const problems = problemsOf(() =>
    loadFetchConfig({
      ...noFile,
      FETCH_SLOTS: 'many',
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/nonexistent/client.pem',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '/nonexistent/client.key',
    }),
  );

  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['FETCH_SLOTS', 'TEMPORAL_*']);
});

test('is the same as the example file says', () => {
  const path = fileURLToPath(new URL('../.env.example', import.meta.url));
  const example = Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line))
      .map((line): [string, string] => [line.split('=')[0] ?? '', line.split('=')[1] ?? '']),
  );

  const withoutKey = { ...loadApiConfig({ ...noFile, ...example }), reportSigningKey: '' };

  expect(loadFetchConfig({ ...noFile, ...example })).toEqual(loadFetchConfig(noFile));
  expect(loadControlConfig({ ...noFile, ...example })).toEqual(loadControlConfig(noFile));
  expect(withoutKey).toEqual({ ...loadApiConfig(noFile), reportSigningKey: '' });
});
