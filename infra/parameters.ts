import { CfnParameter, type Stack } from 'aws-cdk-lib/core';

/** What the operator chooses at each deploy, without a new synthesis. */
export type Parameters = {
  readonly temporalAddress: CfnParameter;
  readonly temporalNamespace: CfnParameter;
  readonly certificateArn: CfnParameter;
  readonly publicUrl: CfnParameter;
  readonly callerCidr: CfnParameter;
  readonly allowedDistributions: CfnParameter;
  readonly maxInstances: CfnParameter;
  readonly onDemandPercentage: CfnParameter;
  readonly apiTasks: CfnParameter;
  readonly controlTasks: CfnParameter;
};

/** Declares the parameters of the main stack. Nothing that opens a door has a default. */
export function declareParameters(stack: Stack): Parameters {
  return { ...declareTexts(stack), ...declareNumbers(stack) };
}

function declareTexts(stack: Stack) {
  return {
    temporalAddress: new CfnParameter(stack, 'TemporalAddress', {
      description: 'host:port of Temporal: a Cloud endpoint, or your own frontend',
      allowedPattern: String.raw`[A-Za-z0-9.-]+:\d{1,5}`,
    }),
    temporalNamespace: new CfnParameter(stack, 'TemporalNamespace', {
      description: 'Namespace of the requests; on Temporal Cloud NAME.ACCOUNT',
      default: 'prewarm',
      allowedPattern: '[A-Za-z0-9.-]{2,64}',
    }),
    certificateArn: new CfnParameter(stack, 'CertificateArn', {
      description: "ARN of the ACM certificate of the api's host name, in this region",
      allowedPattern: String.raw`arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+`,
    }),
    publicUrl: new CfnParameter(stack, 'PublicUrl', {
      description: 'How callers reach the api, as in https://prewarm.example.com',
      allowedPattern: String.raw`https://[A-Za-z0-9.-]+(:\d{1,5})?`,
    }),
    callerCidr: new CfnParameter(stack, 'CallerCidr', {
      description: 'IPv4 range of callers that may reach the load balancer, as in 203.0.113.0/24',
      allowedPattern: String.raw`\d{1,3}(\.\d{1,3}){3}/\d{1,2}`,
    }),
    allowedDistributions: new CfnParameter(stack, 'AllowedDistributions', {
      description:
        'Ids, domain names or aliases that may be warmed, comma separated; empty: all of this account',
      default: '',
    }),
  };
}

function declareNumbers(stack: Stack) {
  return {
    maxInstances: new CfnParameter(stack, 'MaxInstances', {
      type: 'Number',
      description: "MaxSize of the fetch workers' group, and the most a request may ask for",
      default: 20,
      minValue: 1,
      maxValue: 300,
    }),
    onDemandPercentage: new CfnParameter(stack, 'OnDemandPercentage', {
      type: 'Number',
      description: 'Share of on-demand instances; the rest is spot, which may vanish at any moment',
      default: 100,
      minValue: 0,
      maxValue: 100,
    }),
    apiTasks: new CfnParameter(stack, 'ApiTasks', {
      type: 'Number',
      description: 'Api processes behind the load balancer; 0 until the secrets are filled in',
      default: 2,
      minValue: 0,
      maxValue: 20,
    }),
    controlTasks: new CfnParameter(stack, 'ControlTasks', {
      type: 'Number',
      description: 'Control workers; 0 until the secrets are filled in',
      default: 2,
      minValue: 0,
      maxValue: 20,
    }),
  };
}
