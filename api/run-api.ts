import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import type { ApiConfig } from '../config.ts';
import { answerClientErrors } from './http/client-errors.ts';
import { composeApi } from './compose-api.ts';
import { listen } from './http/listen.ts';
import { closeServer } from './http/shut-down.ts';
import { watchTemporal } from './temporal/watch-temporal.ts';

/** Time limits of a connection; bodies have their own, tighter ones. */
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 40_000,
  keepAliveTimeout: 125_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** An api that listens. */
export type RunningApi = {
  /** `http://host:port` it listens on. */
  readonly url: string;
  /** Ends streams, answers calls in flight, closes everything; at most about 5 s. */
  stop(): Promise<void>;
};

/**
 * Starts the api: listens at once, whether or not Temporal is there yet; the log says when it is not.
 *
 * @throws ListenError when the address can't be listened on.
 * @throws DirectoryFileError when the file that `EDGE_DIRECTORY` names can't be used.
 */
export async function runApi(config: ApiConfig, logger: Logger): Promise<RunningApi> {
  const { host } = config;
  const bound = { port: config.port };
  const url = () => `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
  const api = composeApi(config, logger, { url });
  await api.readRoutes();
  const listener = getRequestListener(api.app.fetch, { overrideGlobalObjects: false });
  const server = createServer(SERVER_OPTIONS, (call, answer) => void listener(call, answer));
  answerClientErrors(server, Date.now);
  bound.port = await listen(server, config);
  logger.info({ url: url(), keys: config.apiKeys.length }, 'api listening');
  const stopping = new AbortController();
  const { connectionOptions, namespace } = config.temporal;
  const place = { address: connectionOptions.address ?? 'localhost:7233', namespace };
  void watchTemporal({ gateway: api.gateway, place, logger, stop: stopping.signal });
  return {
    url: url(),
    stop: async () => {
      stopping.abort();
      api.close();
      await closeServer(server);
      await api.disconnect();
    },
  };
}
