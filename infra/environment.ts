import type { Parameters } from './parameters.ts';

/** Where a worker's metrics listen, on loopback; the health check reads them. */
export const METRICS_PORT = 9464;

/** Variables that every process gets; secrets come apart from these. */
export function commonEnvironment(
  parameters: Parameters,
  groupName: string,
): Readonly<Record<string, string>> {
  return {
    TEMPORAL_ADDRESS: parameters.temporalAddress.valueAsString,
    TEMPORAL_NAMESPACE: parameters.temporalNamespace.valueAsString,
    AUTO_SCALING_GROUP_NAME: groupName,
    MAX_INSTANCES: parameters.maxInstances.valueAsString,
  };
}
