import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Worker, bundleWorkflowCode } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import type { FetchActivities, PrewarmControlActivities } from '../../activities/index.ts';
import { createDataConverter } from '../../codec/payload-codec.ts';
import type { BatchInput, BatchResult } from '../../domain/batch.ts';
import { CONTROL_TASK_QUEUE, FETCH_TASK_QUEUE, PREWARM_WORKFLOW } from '../../domain/ids.ts';
import type { prewarm } from '../../workflows/prewarm.ts';
import { OUTCOMES } from '../../domain/outcome.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PrewarmInput } from '../../domain/prewarm.ts';
import { encodeRuns } from '../../domain/run-length.ts';
import type { TestNamespace } from './temporal-namespace.ts';

let bundle: ReturnType<typeof bundleWorkflowCode> | undefined;

/** The product's workflow bundle, built once a test file. */
export function workflowBundle(): ReturnType<typeof bundleWorkflowCode> {
  bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger: { ...console, log: () => {}, trace: () => {}, debug: () => {}, info: () => {} },
  });
  return bundle;
}

/** A request of a few URLs and POPs of one area, with overrides. */
export function prewarmInput(overrides: Partial<PrewarmInput> = {}): PrewarmInput {
  return {
    acceptedAtMs: Date.now(),
    timeoutMs: 60_000,
    urls: Array.from({ length: 4 }, (_, n) => `https://www.example.com/${n}.jpg`),
    pops: ['FRA56-P4', 'FRA60-P1', 'NRT57-P3'].map((id) => ({ id, area: id.slice(0, 3) })),
    depth: 'edge',
    headers: [],
    instanceCount: 0,
    needInvalidate: false,
    warnings: [],
    refusedPops: [],
    ...overrides,
  };
}

/** Control activities that find every host and every POP, with overrides. */
export function controlActivities(
  overrides: Partial<PrewarmControlActivities> = {},
): PrewarmControlActivities {
  return {
    resolveTargets: async ({ requestHosts, pops }) => ({
      distributions: [
        { id: 'E2EXAMPLE', domainName: 'd111111abcdef8.cloudfront.net', hasOriginShield: false },
      ],
      hosts: Object.fromEntries(requestHosts.map((host) => [host, { distribution: 0 }])),
      livePops: pops.map((_, index) => index),
      failedPops: [],
      warnings: [],
    }),
    invalidateLot: async () => {},
    setFleetLease: async () => {},
    dropFleetLease: async () => {},
    observeFleet: async () => ({ instances: 2, slots: 2, warnings: [] }),
    ...overrides,
  };
}

/** The outcome a fake gives a task. */
export type OutcomeOf = (task: { url: string; pop: string }) => Outcome | undefined;

/** What a batch returns when each of its tasks ends as told; undefined hands a task back. */
export function batchResult(input: BatchInput, outcomeOf: OutcomeOf): BatchResult {
  const outcomes = input.columns.flatMap(({ pop, urls }) =>
    urls.map((number) => outcomeOf({ pop, url: input.urls[number]?.url ?? '' })),
  );
  const letters = Uint8Array.from(outcomes, (outcome) =>
    (outcome === undefined ? '.' : OUTCOMES[outcome].letter).charCodeAt(0),
  );
  const warmed = outcomes.filter((outcome) => outcome === 'warm').length;
  return {
    letters: encodeRuns(letters),
    sizes: input.urls.map((_, number) => [number, 1_000] as const),
    warmedBytes: warmed * 1_000,
    bytesFetched: warmed * 2_000,
    fetches: warmed * 2,
    samples: [],
    revalidates: [],
    isPartial: outcomes.includes(undefined),
    slowedPops: [],
    elapsedMs: 10,
  };
}

/** A fetch activity that warms everything at once. */
export const warmEverything: FetchActivities = {
  fetchBatch: async (input) => batchResult(input, () => 'warm'),
};

/** Resolves when the activity that calls it is cancelled; heartbeats until then. */
export async function cancelled(details?: unknown): Promise<void> {
  const context = Context.current();
  const beating = setInterval(() => context.heartbeat(details), 100);
  context.heartbeat(details);
  await context.cancelled.catch(() => {});
  clearInterval(beating);
}

/** What {@link runWorkers} runs. */
export type WorkersUnderTest = {
  readonly control?: PrewarmControlActivities;
  readonly fetch?: FetchActivities;
};

/** Runs a control worker and a fetch worker in a test's namespace while `use` lasts. */
export async function runWorkers<Result>(
  { connection, namespace }: TestNamespace,
  { control = controlActivities(), fetch = warmEverything }: WorkersUnderTest,
  use: () => Promise<Result>,
): Promise<Result> {
  const shared = { connection, namespace, dataConverter: createDataConverter() };
  const controlWorker = await Worker.create({
    ...shared,
    taskQueue: CONTROL_TASK_QUEUE,
    workflowBundle: await workflowBundle(),
    activities: { ...control },
  });
  const fetchWorker = await Worker.create({
    ...shared,
    taskQueue: FETCH_TASK_QUEUE,
    activities: { ...fetch },
    maxHeartbeatThrottleInterval: '100ms',
    maxConcurrentActivityTaskExecutions: 1_000,
  });
  return controlWorker.runUntil(() => fetchWorker.runUntil(use));
}

/** Starts a request in a test's namespace. */
export function startPrewarm({ client }: TestNamespace, input: PrewarmInput) {
  return client.workflow.start<typeof prewarm>(PREWARM_WORKFLOW, {
    workflowId: randomUUID(),
    taskQueue: CONTROL_TASK_QUEUE,
    args: [input],
  });
}

/** A promise and the call that settles it. */
export function createSignal() {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
