import { setTimeout as delay } from 'node:timers/promises';
import { isAllWarm } from '../local/sample.ts';
import type { ProductStack } from './product-stack.ts';

/** When things happened, in milliseconds since a request was sent. */
export type RequestTimes = {
  readonly answeredMs: number;
  /** A fetch worker took the first batch. */
  readonly firstFetchMs: number;
  /** The workflow closed. */
  readonly endedMs: number;
  /** A caller who asks every 20 ms got to know it. */
  readonly finishedMs: number;
  readonly isAllWarm: boolean;
  readonly workflowTasks: number;
  readonly activities: number;
  readonly events: number;
};

const POLL_MS = 20;

/** Sends a request, polls it to its end, and reads the other times from its history. */
export async function timesOf(
  { api, client }: Pick<ProductStack, 'api' | 'client'>,
  request: Readonly<Record<string, unknown>>,
): Promise<RequestTimes> {
  const sentAtMs = Date.now();
  const since = (atMs: number | undefined): number => (atMs ?? Number.NaN) - sentAtMs;
  const requestId = await api.prewarm(request);
  const answeredMs = since(Date.now());
  let progress = await api.progress(requestId);
  while (progress.status === 'IN_PROGRESS') {
    await delay(POLL_MS);
    progress = await api.progress(requestId);
  }
  const finishedMs = since(Date.now());
  const { events } = await client.workflow.getHandle(requestId).fetchHistory();
  const all = events ?? [];
  const fetches = new Set(
    all
      .filter(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'fetchBatch',
      )
      .map(({ eventId }) => String(eventId)),
  );
  const taken = all.find((event) => {
    const scheduled = event.activityTaskStartedEventAttributes?.scheduledEventId;
    return fetches.has(String(scheduled));
  });
  return {
    answeredMs,
    firstFetchMs: since(timeOf(taken)),
    endedMs: since(timeOf(all.at(-1))),
    finishedMs,
    isAllWarm: isAllWarm(progress),
    workflowTasks: all.filter((event) => event.workflowTaskCompletedEventAttributes).length,
    activities: all.filter((event) => event.activityTaskScheduledEventAttributes).length,
    events: all.length,
  };
}

type TimedEvent = {
  readonly eventTime?: { readonly seconds?: unknown; readonly nanos?: number | null } | null;
};

function timeOf(event: TimedEvent | undefined): number | undefined {
  const time = event?.eventTime;
  if (time === undefined || time === null) return undefined;
  return Number(time.seconds) * 1_000 + (time.nanos ?? 0) / 1e6;
}
