import type { App } from 'aws-cdk-lib/core';

/** How the processes prove themselves to Temporal: Cloud's API key or client certificate, or nothing. */
export const TEMPORAL_AUTHENTICATIONS = ['api-key', 'mtls', 'none'] as const;

/** One of {@link TEMPORAL_AUTHENTICATIONS}. */
export type TemporalAuthentication = (typeof TEMPORAL_AUTHENTICATIONS)[number];

/** What shapes the stacks and so must be known at synthesis; the rest are stack parameters. */
export type Settings = {
  /** Prefix of every stack and physical name, so that an account can hold several. */
  readonly name: string;
  readonly temporalAuthentication: TemporalAuthentication;
  /** Size of the fetch workers' instances; Graviton, as the image is built for arm64. */
  readonly instanceTypes: readonly string[];
};

const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const GRAVITON = /^[a-z]+\d+g[a-z]*\.[a-z0-9]+$/;

/** Network-rich first, then what a spot pool may have more of: the group takes the cheapest it gets. */
const DEFAULT_INSTANCE_TYPES = 'c7gn.large,c8gn.large,c7g.large,c8g.large,m7g.large';

/**
 * Reads the settings from the CDK context: `cdk deploy -c name=prewarm -c temporalAuthentication=mtls`.
 *
 * @throws Error with every bad setting, its value and what it may be.
 */
export function readSettings(app: App): Settings {
  const read = (key: string, byDefault: string): string => {
    const value: unknown = app.node.tryGetContext(key);
    if (value === undefined) return byDefault;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  const name = read('name', 'prewarm');
  const wanted = read('temporalAuthentication', 'api-key');
  const temporalAuthentication = TEMPORAL_AUTHENTICATIONS.find((known) => known === wanted);
  const instanceTypes = read('instanceTypes', DEFAULT_INSTANCE_TYPES).split(',');

  const problems: string[] = [];
  if (!NAME.test(name)) {
    problems.push(`name must be lower-case letters, digits and dashes, at most 31 (not "${name}")`);
  }
  if (temporalAuthentication === undefined) {
    const known = TEMPORAL_AUTHENTICATIONS.join(', ');
    problems.push(`temporalAuthentication must be one of ${known} (not "${wanted}")`);
  }
  for (const type of instanceTypes) {
    if (!GRAVITON.test(type)) problems.push(`instanceTypes must be Graviton types (not "${type}")`);
  }
  if (temporalAuthentication === undefined || problems.length > 0) {
    throw new Error(`Bad CDK context:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  return { name, temporalAuthentication, instanceTypes };
}
