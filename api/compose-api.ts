import type { Logger } from 'pino';
import { createDataConverter } from '../codec/payload-codec.ts';
import type { ApiConfig } from '../config.ts';
import { createApiMetrics } from './http/api-metrics.ts';
import { type Api, createApi } from './app.ts';
import { createCurlRoutes, type RouteOf } from './reports/curl-routes.ts';
import { createFleetGateway } from './temporal/fleet-gateway.ts';
import { createTemporalGateway } from './temporal/temporal-client-gateway.ts';
import { createTemporalConnection } from './temporal/temporal-connection.ts';
import type { TemporalGateway } from './temporal/temporal-gateway.ts';

/** Where the api listens: known only then when the port is chosen by the system. */
export type Listening = { readonly url: () => string };

/** An api with its connection to Temporal, which opens when it is first used. Disconnect at the end. */
export type ComposedApi = Api & {
  readonly disconnect: () => Promise<void>;
  readonly gateway: TemporalGateway;
  readonly readRoutes: () => Promise<RouteOf>;
};

/** Puts the api together as its configuration says. Starts nothing. */
export function composeApi(config: ApiConfig, logger: Logger, listening: Listening): ComposedApi {
  const { temporal, autoScalingGroupName: groupName, maxInstances } = config;
  const metrics = createApiMetrics();
  const converter = createDataConverter({ encryptionKey: config.historyEncryptionKey });
  const { client, connection, close } = createTemporalConnection({ ...temporal, converter });
  const deps = {
    client,
    connection,
    converter,
    onCall: (name: string) => metrics.countTemporalCall(name),
  };
  const limits = { maxInstances, idleSeconds: config.fleetIdleSeconds };
  const gateway = createTemporalGateway({ ...deps, namespace: temporal.namespace });
  const readRoutes = createCurlRoutes({
    ...config,
    onBadFile: (problem) => logger.warn({ problem }, 'the edge directory stays as it was'),
  });
  const api = createApi({
    gateway,
    fleet: createFleetGateway({ ...deps, groupName, limits }),
    metrics,
    logger,
    now: Date.now,
    keys: config.apiKeys,
    readRoutes,
    publicUrl: () => config.publicUrl ?? listening.url(),
    reportSigningKey: config.reportSigningKey,
    door: {
      maximumInstances: maxInstances,
      maximumInvalidationPaths: config.maxInvalidationPaths,
      dnsSuffix: config.edgeDnsSuffix,
    },
  });
  return { ...api, disconnect: close, gateway, readRoutes };
}
