import type { Connection } from '@temporalio/client';
import { type TemporalCall, fromTemporal, unavailable } from './temporal-errors.ts';

/** gRPC deadlines overshoot by up to half a second (measured); this much is waited for an answer. */
const OVERSHOOT_MS = 200;

/** How long the api waits for Temporal in one call: any answer comes within 3 s. */
export const TEMPORAL_LIMIT_MS = 2_400;

/** What {@link createDeadlines} needs. */
export type DeadlineDeps = {
  readonly connection: Pick<Connection, 'withDeadline'>;
  /** Told the name of each call as it is made. */
  readonly onCall: (name: string) => void;
};

/** Runs calls under their deadline, counted, with Temporal's errors turned into refusals. */
export function createDeadlines({ connection, onCall }: DeadlineDeps) {
  return async function within<Value>(
    call: TemporalCall,
    deadlineAtMs: number,
    ask: () => Promise<Value>,
  ): Promise<Value> {
    onCall(call.name);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = unavailable(`Temporal did not answer in time (${call.name})`);
      timer = setTimeout(() => reject(error), deadlineAtMs + OVERSHOOT_MS - Date.now());
    });
    try {
      return await Promise.race([connection.withDeadline(deadlineAtMs, ask), late]);
    } catch (error) {
      throw fromTemporal(error, call);
    } finally {
      clearTimeout(timer);
    }
  };
}
