import type { RequestDescription, TemporalGateway } from '../temporal/temporal-gateway.ts';

/** Gateway calls that readings make. */
export type ReaderGateway = Pick<
  TemporalGateway,
  'describe' | 'progress' | 'summary' | 'ending' | 'resultsPage'
>;

/** One reading of a request: described already, with the rest of its time. */
export type RequestReading = {
  readonly gateway: ReaderGateway;
  readonly requestId: string;
  readonly description: RequestDescription;
  readonly deadlineAtMs: number;
  readonly nowMs: number;
};
