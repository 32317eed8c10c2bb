/**
 * Configuration: environment variables only, read here and nowhere else.
 *
 * Each process loads its own view once, in its entry file, and hands plain values on. A variable
 * that is set but empty counts as unset, since compose files pass empty strings.
 */

import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import {
  apiKeys,
  base64Key,
  dnsServers,
  list,
  readableFile,
  wholeNumber,
} from './config-values.ts';

/** Environment variables as Node gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every bad variable of a process at once; `problems` has one sentence each, never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError' as const;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const SECRETS: ReadonlySet<string> = new Set([
  'API_KEYS',
  'REPORT_SIGNING_KEY',
  'HISTORY_ENCRYPTION_KEY',
]);

const SETTINGS = z.object({
  host: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'must be a host name or an IP address')
    .default('127.0.0.1')
    .describe('Address the api, and the metrics of a worker, listen on.'),
  port: wholeNumber(0, 65_535).default(8080).describe('Port of the api; 0 takes a free one.'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('How callers reach the api: a Host header never makes a link.'),
  apiKeys: apiKeys.default([]).describe('name=key pairs; none is allowed on loopback only.'),
  reportSigningKey: z
    .string()
    .min(16, 'must have at least 16 characters')
    .default(() => randomBytes(32).toString('base64url'))
    .describe('Signs report links, the same on every api; random per start on loopback.'),
  historyEncryptionKey: base64Key
    .optional()
    .describe('Encrypts what Temporal stores; the same on the api and on every worker.'),
  allowedDistributions: list
    .optional()
    .describe('Ids, domain names, aliases, or *; unset: those that AWS lists.'),
  autoScalingGroupName: z
    .string()
    .regex(/^[^\p{Cc}:]{1,255}$/u, 'must be the name of an Auto Scaling group')
    .optional()
    .describe("The fleet's group; unset: the fleet is fixed, run by somebody else."),
  maxInstances: wholeNumber(0, 100_000).default(300).describe('Most instances of a request.'),
  fleetIdleSeconds: wholeNumber(0, 86_400)
    .default(60)
    .describe('Seconds without a lease before the group shrinks to its MinSize.'),
  maxInvalidationPaths: wholeNumber(0, 1_000_000)
    .default(3_000)
    .describe('Most paths a request may invalidate; more is refused with its price.'),
  fetchSlots: wholeNumber(1, 100).default(2).describe('Batches at once in one fetch worker.'),
  fetchConnectionsPerPop: wholeNumber(1, 1_000)
    .default(8)
    .describe('Connections to one POP at first; then 1 to 64, or to this, by how it answers.'),
  fetchMaxConnections: wholeNumber(1, 10_000).default(256).describe('Connections in all.'),
  fetchMaxRpsPerPop: wholeNumber(1, 100_000)
    .default(500)
    .describe('Requests a second to one POP, after a pause up to a tenth more.'),
  fetchMaxBytesPerSecond: wholeNumber(65_536, 1_000_000_000_000)
    .optional()
    .describe('Body bytes a second of one fetch worker; unset: no limit.'),
  fetchWorkersPerInstance: wholeNumber(1, 999).default(1).describe('They drain together.'),
  awsEc2MetadataServiceEndpoint: z.url().optional().describe('Instance metadata service.'),
  fetchEngine: z
    .enum(['edge', 'undici'], 'must be edge or undici')
    .default('edge')
    .describe("HTTP engine of the fetch worker: the product's own, or undici."),
  edgeDirectory: z
    .union([z.literal('dns'), readableFile], 'must be dns or the path of a readable file')
    .default('dns')
    .describe('dns, or a JSON file of addresses.'),
  edgeDnsServers: dnsServers.optional().describe('Resolvers as ip:port.'),
  edgeDnsSuffix: z
    .string()
    .toLowerCase()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a domain name')
    .default('cloudfront.net')
    .describe('Domain of POP names; cloudfront.cn for China.'),
  edgeCaFile: readableFile
    .optional()
    .describe('PEM file of certificate authorities trusted beside those of the system.'),
  logLevel: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    )
    .default('info')
    .describe('Least severe level that is logged.'),
  metricsPort: z
    .union(
      [z.literal('off').transform(() => undefined), wholeNumber(1, 65_535)],
      'must be off or a port from 1 to 65535',
    )
    .optional()
    .describe('Port of the Prometheus metrics of a worker; off when unset.'),
});

const SHARED_SETTINGS = { historyEncryptionKey: true, logLevel: true } as const;
const EDGE_SETTINGS = { edgeDirectory: true, edgeDnsServers: true, edgeDnsSuffix: true } as const;
const WORKER_SETTINGS = { ...SHARED_SETTINGS, host: true, metricsPort: true } as const;

const API_SETTINGS = SETTINGS.pick({
  ...SHARED_SETTINGS,
  host: true,
  port: true,
  publicUrl: true,
  apiKeys: true,
  reportSigningKey: true,
  autoScalingGroupName: true,
  fleetIdleSeconds: true,
  maxInstances: true,
  maxInvalidationPaths: true,
  edgeDirectory: true,
  edgeDnsSuffix: true,
});

const CONTROL_SETTINGS = SETTINGS.pick({
  ...EDGE_SETTINGS,
  ...WORKER_SETTINGS,
  allowedDistributions: true,
  autoScalingGroupName: true,
  maxInstances: true,
  fleetIdleSeconds: true,
  maxInvalidationPaths: true,
});

const FETCH_SETTINGS = SETTINGS.pick({
  ...EDGE_SETTINGS,
  ...WORKER_SETTINGS,
  edgeCaFile: true,
  autoScalingGroupName: true,
  fetchSlots: true,
  fetchConnectionsPerPop: true,
  fetchMaxConnections: true,
  fetchMaxRpsPerPop: true,
  fetchMaxBytesPerSecond: true,
  fetchEngine: true,
  fetchWorkersPerInstance: true,
  awsEc2MetadataServiceEndpoint: true,
});

/** How to reach Temporal, as @temporalio/envconfig reads it from `TEMPORAL_*` and its TOML file. */
export type TemporalConfig = ClientConnectConfig & { readonly namespace: string };

/** A process's settings, each named as its variable in camel case, and its Temporal connection. */
type Config<Settings> = Readonly<Settings & { temporal: TemporalConfig }>;

/** Configuration of the api. */
export type ApiConfig = Config<z.output<typeof API_SETTINGS>>;

/** Configuration of the control worker. */
export type ControlConfig = Config<z.output<typeof CONTROL_SETTINGS>>;

/** Configuration of a fetch worker. */
export type FetchConfig = Config<z.output<typeof FETCH_SETTINGS>>;

/**
 * Loads the configuration of the api.
 *
 * @throws ConfigError with every bad or missing variable.
 */
export function loadApiConfig(environment: Environment = process.env): ApiConfig {
  return load(API_SETTINGS, environment, missingOffLoopback);
}

/**
 * Loads the configuration of the control worker.
 *
 * @throws ConfigError with every bad variable.
 */
export function loadControlConfig(environment: Environment = process.env): ControlConfig {
  return load(CONTROL_SETTINGS, environment);
}

/**
 * Loads the configuration of a fetch worker.
 *
 * @throws ConfigError with every bad variable.
 */
export function loadFetchConfig(environment: Environment = process.env): FetchConfig {
  return load(FETCH_SETTINGS, environment);
}

function load<Settings>(
  schema: z.ZodType<Settings>,
  environment: Environment,
  moreProblems: (set: Environment) => readonly string[] = () => [],
): Config<Settings> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== '') set[name] = value.trim();
  }
  const settings = Object.fromEntries(
    Object.keys(SETTINGS.shape).map((name) => [name, set[variableOf(name)]]),
  );
  const parsed = schema.safeParse(settings);
  const temporal = loadTemporal(set);
  const problems = [
    ...(parsed.error?.issues.map((issue) => describeIssue(issue, set)) ?? []),
    ...moreProblems(set),
    ...('problem' in temporal ? [temporal.problem] : []),
  ];
  if (!parsed.success || 'problem' in temporal || problems.length > 0) {
    throw new ConfigError([...new Set(problems)]);
  }
  return Object.freeze({ ...parsed.data, temporal });
}

function variableOf(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function describeIssue(issue: z.core.$ZodIssue, set: Environment): string {
  const name = variableOf(String(issue.path[0]));
  const shown = SECRETS.has(name) ? 'the value is not shown' : `not "${set[name]?.slice(0, 200)}"`;
  return `${name} ${issue.message} (${shown})`;
}

function loadTemporal(set: Record<string, string>): TemporalConfig | { problem: string } {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: set });
    return { connectionOptions, namespace: namespace ?? 'default' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `TEMPORAL_* can't be used: ${reason}` };
  }
}

function missingOffLoopback(set: Environment): readonly string[] {
  const host = set['HOST'] ?? '127.0.0.1';
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) {
    return [];
  }
  return ['PUBLIC_URL', 'REPORT_SIGNING_KEY', 'API_KEYS']
    .filter((name) => set[name] === undefined)
    .map(
      (name) => `${name} is required when HOST is not loopback (HOST is "${host.slice(0, 200)}")`,
    );
}
