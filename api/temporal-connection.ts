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

/**
 * A client that connects by itself when it is first used, and again whenever Temporal comes back.
 *
 * gRPC's own pause between attempts grows to two minutes (grpc/grpc, doc/connection-backoff.md) and
 * the SDK's between retries to 5 s; callers get their answer within 3 s, so both are kept short.
 */
export function createTemporalConnection(options: TemporalConnectionOptions) {
  const { connectionOptions, namespace, converter } = options;
  const retries = defaultGrpcRetryOptions({
    initialIntervalMs: () => 50,
    maxIntervalMs: () => 400,
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
