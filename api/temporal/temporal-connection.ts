import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';

/** How the api reaches Temporal. */
export type TemporalConnectionOptions = {
  readonly connectionOptions: ConnectionOptions;
  readonly namespace: string;
  readonly converter: DataConverter;
};

/** Together about 0.4 s: long enough for a hiccup, short enough to still say what failed. */
const MAXIMUM_ATTEMPTS = 4;
const FIRST_RETRY_MS = 40;

/**
 * A client that connects by itself when it is first used, and again whenever Temporal comes back.
 *
 * gRPC's own pause between attempts grows to two minutes (grpc/grpc, doc/connection-backoff.md) and
 * the SDK's between retries to 5 s; callers get their answer within 3 s, so both are kept short.
 */
export function createTemporalConnection(options: TemporalConnectionOptions) {
  const { connectionOptions, namespace, converter } = options;
  const retries = defaultGrpcRetryOptions({
    maxAttempts: MAXIMUM_ATTEMPTS,
    initialIntervalMs: () => FIRST_RETRY_MS,
    maxIntervalMs: () => 10 * FIRST_RETRY_MS,
  });
  const connection = Connection.lazy({
    ...connectionOptions,
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      ...connectionOptions.channelArgs,
    },
    interceptors: [makeGrpcRetryInterceptor(retries)],
  });
  const client = new Client({ connection, namespace, dataConverter: converter });
  return { client, connection };
}
