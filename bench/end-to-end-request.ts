import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { prewarm } from '../workflows/prewarm.ts';
import type { Pass } from './end-to-end-curl.ts';
import { urlsOf, requestOf, type EndToEndWork } from './end-to-end-work.ts';
import { percentile } from './percentile.ts';
import type { ProductStack } from './product-stack.ts';

/** What a request of the benchmark took. */
export type RequestPass = Pass & {
  readonly tasks: number;
  readonly warmedTasks: number;
  readonly polls: number;
  readonly pollP50Ms: number;
  readonly pollP95Ms: number;
  readonly originRequestsPerUrl: number;
  readonly events: number;
  readonly runs: number;
};

const POLL_MS = 100;

/** Warms everything through the API, polling it meanwhile, and reads what it took. */
export async function passOfRequest(
  stack: ProductStack,
  work: EndToEndWork,
  depth: 'edge' | 'regional',
): Promise<RequestPass> {
  const { api, client, edge } = stack;
  const sentAtMs = Date.now();
  const requestId = await api.prewarm(requestOf(work, depth));
  const handle = client.workflow.getHandle<typeof prewarm>(requestId);
  const polling = new AbortController();
  const polls = poll(stack, requestId, polling.signal);
  const { totals } = await handle.result();
  const { closeTime } = await handle.describe();
  polling.abort();
  const pollsMs = await polls;
  return {
    tasks: totals.totalTasks,
    warmedTasks: totals.warmedTasks,
    gets: totals.fetches,
    seconds: ((closeTime?.getTime() ?? Date.now()) - sentAtMs) / 1_000,
    polls: pollsMs.length,
    pollP50Ms: percentile(pollsMs, 0.5),
    pollP95Ms: percentile(pollsMs, 0.95),
    originRequestsPerUrl: (await edge.originRequests('/sizes/*')) / urlsOf(work),
    ...(await historyOf(client, requestId)),
  };
}

/** Polls `GET /prewarm` until told to stop. @returns how long each answer took. */
async function poll({ api }: ProductStack, requestId: string, stop: AbortSignal) {
  const durationsMs: number[] = [];
  while (!stop.aborted) {
    const startedAtMs = performance.now();
    await api.progress(requestId);
    durationsMs.push(performance.now() - startedAtMs);
    await delay(POLL_MS);
  }
  return durationsMs;
}

/** Events of every run of a workflow, from the last run back to the first. */
async function historyOf(client: Client, workflowId: string) {
  let events = 0;
  let runs = 0;
  let runId = '';
  do {
    const handle = client.workflow.getHandle(workflowId, runId === '' ? undefined : runId);
    const history = await handle.fetchHistory();
    events += history.events?.length ?? 0;
    runs += 1;
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    runId = started?.continuedExecutionRunId ?? '';
  } while (runId !== '');
  return { events, runs };
}
