import type { BatchHeartbeat, BatchInput, BatchResult } from '../../domain/batch.ts';

/** A batch to run, and who hears of it. */
export type BatchOrder = {
  readonly input: BatchInput;
  /** Ends everything at once: what is in flight has no outcome. */
  readonly cancel: AbortSignal;
  /** Called at once and then every `input.heartbeatIntervalMs`, until the batch ends. */
  readonly onHeartbeat: (heartbeat: BatchHeartbeat) => void;
};

/** Runs batches, wherever: in this thread or in another one. */
export interface BatchRunner {
  /** Always resolves with what was finished: also when cancelled, or when the worker is to end. */
  run(order: BatchOrder): Promise<BatchResult>;
}
