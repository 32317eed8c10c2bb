/** What a fetch worker and its fetch thread say to each other. */

import type { BatchHeartbeat, BatchInput, BatchResult } from '../domain/batch.ts';
import type { LoggerOptions } from './logger.ts';
import type { FetchTasksSettings } from './fetch-tasks.ts';
import type { Packed } from './packed.ts';

/** What a fetch thread starts with: the first thing it is told. */
export type FetchThreadSettings = FetchTasksSettings & {
  readonly logLevel: LoggerOptions['level'];
  /** How long fetches in flight may go on after `drain`. */
  readonly drainMs: number;
};

/** From the worker to its thread; `batch` is a number of the worker's choice. */
export type ToFetchThread =
  | { readonly kind: 'run'; readonly batch: number; readonly input: Packed<BatchInput> }
  | { readonly kind: 'cancel'; readonly batch: number }
  /** Take no new tasks. */
  | { readonly kind: 'drain' }
  /** Nothing runs any more: close the connections and end. */
  | { readonly kind: 'close' };

/** From the thread to its worker. */
export type FromFetchThread =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'heartbeat';
      readonly batch: number;
      readonly heartbeat: Packed<BatchHeartbeat>;
    }
  | { readonly kind: 'result'; readonly batch: number; readonly result: Packed<BatchResult> }
  /** A defect of the product ended the batch. */
  | { readonly kind: 'defect'; readonly batch: number; readonly error: unknown };
