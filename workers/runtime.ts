import { isIPv6 } from 'node:net';
import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { temporalLoggerOf } from './temporal-logger.ts';

/** Settings of {@link installRuntime}. */
export type RuntimeSettings = {
  readonly logger: Logger;
  /** Address of the Prometheus endpoint, where there is one. */
  readonly host: string;
  /** Undefined for no metrics. */
  readonly metricsPort?: number | undefined;
};

/**
 * Installs Temporal's native runtime: once a process, before any connection or worker. Signals are
 * left to the process itself, since the SDK would cancel what still has time to finish.
 *
 * @throws Error when the metrics port is taken.
 */
export function installRuntime({ logger, host, metricsPort }: RuntimeSettings): void {
  const metrics =
    metricsPort === undefined
      ? {}
      : { metrics: { prometheus: { bindAddress: bindAddress(host, metricsPort) } } };
  try {
    Runtime.install({
      logger: temporalLoggerOf(logger),
      shutdownSignals: [],
      telemetryOptions: {
        logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
        ...metrics,
      },
    });
  } catch (error) {
    if (metricsPort === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `METRICS_PORT ${metricsPort} on HOST ${host} can't be used, choose another one: ${reason}`;
    throw new Error(message, { cause: error });
  }
}

/** The native runtime takes addresses only. */
function bindAddress(host: string, port: number): string {
  const address = host === 'localhost' ? '127.0.0.1' : host;
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
