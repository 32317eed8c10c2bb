import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
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
/** A timer fires up to so much after its time. */
const TIMER_SLACK_MS = 50;

/**
 * A client that connects by itself when it is first used, and again whenever Temporal comes back.
 *
 * gRPC's own pause between attempts grows to two minutes (grpc/grpc, doc/connection-backoff.md) and
 * the SDK's between retries to 5 s; callers get their answer within 3 s, so both are kept short.
 *
 * `close` ends the calls that are under way; it takes up to half a second where one is between two
 * tries.
 */
export function createTemporalConnection(options: TemporalConnectionOptions) {
  const { connectionOptions, namespace, converter } = options;
  const retries = defaultGrpcRetryOptions({
    maxAttempts: MAXIMUM_ATTEMPTS,
    initialIntervalMs: () => FIRST_RETRY_MS,
    maxIntervalMs: () => 10 * FIRST_RETRY_MS,
  });
  let isClosing = false;
  let lastRetryAtMs = 0;
  const untilClosed: GrpcRetryOptions = {
    retryableDecider: (attempt, status) => !isClosing && retries.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delayMs = retries.delayFunction(attempt, status);
      lastRetryAtMs = Math.max(lastRetryAtMs, performance.now() + delayMs);
      return delayMs;
    },
  };
  const connection = Connection.lazy({
    ...connectionOptions,
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      ...connectionOptions.channelArgs,
    },
    interceptors: [makeGrpcRetryInterceptor(untilClosed)],
  });
  const client = new Client({ connection, namespace, dataConverter: converter });
  return {
    client,
    connection,
    close: async () => {
      isClosing = true;
      // The SDK's retry of a call throws in its timer when the channel is closed meanwhile.
      const retryMs = lastRetryAtMs - performance.now();
      if (retryMs > 0) await sleep(retryMs + TIMER_SLACK_MS);
      await connection.close();
    },
  };
}
