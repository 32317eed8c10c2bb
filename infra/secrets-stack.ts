import { CfnOutput, RemovalPolicy, Stack, type App } from 'aws-cdk-lib/core';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Settings } from './settings.ts';

/** The secrets of an installation. */
export type Secrets = {
  /** JSON: `API_KEYS` (filled in by the operator) and `REPORT_SIGNING_KEY` (made here). */
  readonly api: Secret;
  /** JSON of the variables that every process needs to speak with Temporal and read what it keeps. */
  readonly temporal: Secret;
};

/** The variables that each kind of proof needs, as Temporal's own tools read them. */
const TEMPORAL_VARIABLES = {
  'api-key': ['TEMPORAL_API_KEY'],
  mtls: ['TEMPORAL_TLS_CLIENT_CERT_DATA', 'TEMPORAL_TLS_CLIENT_KEY_DATA'],
  none: [],
} as const;

/** Names of the variables in the Temporal secret. An empty encryption key is none. */
export function temporalSecretVariables({ temporalAuthentication }: Settings): readonly string[] {
  return [...TEMPORAL_VARIABLES[temporalAuthentication], 'HISTORY_ENCRYPTION_KEY'];
}

/**
 * A stack of its own for the secrets, deployed first: the processes refuse to start with empty ones,
 * and deleting the main stack must not lose them.
 */
export function createSecretsStack(app: App, settings: Settings): Secrets {
  const stack = new Stack(app, `${settings.name}-secrets`, {
    stackName: `${settings.name}-secrets`,
    description: 'cloudfront-prewarm: secrets, to be filled in before the main stack',
  });
  const api = new Secret(stack, 'Api', {
    secretName: `${settings.name}/api`,
    description:
      'API_KEYS: name=key pairs, comma separated. REPORT_SIGNING_KEY: signs report links',
    removalPolicy: RemovalPolicy.RETAIN,
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ API_KEYS: '' }),
      generateStringKey: 'REPORT_SIGNING_KEY',
      passwordLength: 48,
      excludePunctuation: true,
    },
  });
  new CfnOutput(stack, 'ApiSecretName', { value: `${settings.name}/api` });
  const variables = temporalSecretVariables(settings);

  const temporal = new Secret(stack, 'Temporal', {
    secretName: `${settings.name}/temporal`,
    description: `For every process: ${variables.join(', ')}`,
    removalPolicy: RemovalPolicy.RETAIN,
    // A key that nobody uses has to be generated: CloudFormation makes no secret from a template alone.
    generateSecretString: {
      secretStringTemplate: JSON.stringify(Object.fromEntries(variables.map((name) => [name, '']))),
      generateStringKey: 'UNUSED',
      passwordLength: 16,
    },
  });
  new CfnOutput(stack, 'TemporalSecretName', { value: `${settings.name}/temporal` });
  return { api, temporal };
}
