import type { ReaderGateway } from './request-reader.ts';
import type { RequestDescription } from '../temporal/temporal-gateway.ts';

/** One reading of a request: described already, with the rest of its time. */
export type RequestReading = {
  readonly gateway: ReaderGateway;
  readonly requestId: string;
  readonly description: RequestDescription;
  readonly deadlineAtMs: number;
  readonly nowMs: number;
};
