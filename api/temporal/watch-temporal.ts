import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { TEMPORAL_LIMIT_MS } from './temporal-deadlines.ts';
import type { TemporalGateway } from './temporal-gateway.ts';

const PAUSE_MS = 5_000;

/** What {@link watchTemporal} needs. */
export type TemporalWatch = {
  readonly gateway: Pick<TemporalGateway, 'check'>;
  /** As they are set: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`. */
  readonly place: { readonly address: string; readonly namespace: string };
  readonly logger: Logger;
  /** Ends the watch. */
  readonly stop: AbortSignal;
  /** @default 5 s */
  readonly pause?: () => Promise<void>;
};

/**
 * Asks for Temporal after the start until it answers, and says why it does not, once a reason: a
 * wrong address or namespace shows before the first caller meets it.
 */
export async function watchTemporal(watch: TemporalWatch): Promise<void> {
  const { gateway, place, logger, stop } = watch;
  const { pause = () => sleep(PAUSE_MS, undefined, { signal: stop }) } = watch;
  const where = `${place.address} (TEMPORAL_ADDRESS), namespace ${place.namespace} (TEMPORAL_NAMESPACE)`;
  let told = '';
  while (!stop.aborted) {
    try {
      await gateway.check(Date.now() + TEMPORAL_LIMIT_MS);
      if (told !== '') logger.info(place, 'Temporal answers');
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told && !stop.aborted) {
        logger.warn(place, `waiting for Temporal at ${where}: ${reason}`);
      }
      told = reason;
    }
    await pause().catch(() => undefined);
  }
}
