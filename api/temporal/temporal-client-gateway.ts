import {
  type Client,
  type Connection,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/client';
import { type DataConverter, defaultPayloadConverter } from '@temporalio/common';
import { storedBytes } from '../../codec/payload-codec.ts';
import { CONTROL_TASK_QUEUE, PREWARM_WORKFLOW } from '../../domain/ids.ts';
import {
  progressQuery,
  resultsQuery,
  setInstanceCountSignal,
  stopSignal,
  summaryQuery,
} from '../../workflows/messages.ts';
import type { prewarm } from '../../workflows/prewarm.ts';
import { listVisibility } from './list-visibility.ts';
import { decodePendingFetches } from './pending-fetches.ts';
import { readEnding } from '../reading/request-ending.ts';
import { createDeadlines } from './temporal-deadlines.ts';
import { unknownRequest } from './temporal-errors.ts';
import type { PrewarmStart, RequestDescription, TemporalGateway } from './temporal-gateway.ts';
import { workflowStateOf } from './workflow-state.ts';

/** Started, WorkflowTaskScheduled, and perhaps WorkflowTaskStarted and the event that ended it. */
const EVENTS_BEFORE_FIRST_TURN = 4;

/** What {@link createTemporalGateway} needs. */
export type TemporalGatewayDeps = {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  readonly converter: DataConverter;
  /** Told the name of each call as it is made. */
  readonly onCall: (name: string) => void;
};

/** The gateway over a Temporal client. Starts nothing; the connection may be lazy. */
export function createTemporalGateway(deps: TemporalGatewayDeps): TemporalGateway {
  const { client, connection, converter, namespace } = deps;
  const within = createDeadlines(deps);
  const handleOf = (requestId: string) => client.workflow.getHandle<typeof prewarm>(requestId);
  return {
    start: (start, deadlineAtMs) =>
      within({ name: 'start', requestId: start.requestId }, deadlineAtMs, () =>
        startPrewarm(client, start),
      ),
    describe: (requestId, deadlineAtMs) =>
      within({ name: 'describe', requestId }, deadlineAtMs, () => describeRequest(deps, requestId)),
    progress: (requestId, deadlineAtMs) =>
      within({ name: 'query progress', requestId }, deadlineAtMs, () =>
        handleOf(requestId).query(progressQuery),
      ),
    summary: (requestId, deadlineAtMs) =>
      within({ name: 'query summary', requestId }, deadlineAtMs, () =>
        handleOf(requestId).query(summaryQuery),
      ),
    resultsPage: (requestId, page, deadlineAtMs) =>
      within({ name: 'query results', requestId }, deadlineAtMs, () =>
        handleOf(requestId).query(resultsQuery, page),
      ),
    ending: (requestId, deadlineAtMs) =>
      within({ name: 'result', requestId }, deadlineAtMs, () => readEnding(handleOf(requestId))),
    stop: (requestId, reason, deadlineAtMs) =>
      within({ name: 'stop', requestId }, deadlineAtMs, async () => {
        await handleOf(requestId).signal(stopSignal, { reason });
        await handleOf(requestId).cancel();
      }),
    setInstanceCount: (requestId, instances, deadlineAtMs) =>
      within({ name: 'signal', requestId }, deadlineAtMs, () =>
        handleOf(requestId).signal(setInstanceCountSignal, instances),
      ),
    list: (query, deadlineAtMs) =>
      within({ name: 'list' }, deadlineAtMs, () =>
        listVisibility({ service: connection.workflowService, namespace, converter }, query),
      ),
    storedBytes: (input) => storedBytes(converter, defaultPayloadConverter.toPayload(input)),
    check: (deadlineAtMs) =>
      within({ name: 'check' }, deadlineAtMs, async () => {
        await connection.workflowService.describeNamespace({ namespace });
      }),
  };
}

async function startPrewarm(client: Client, start: PrewarmStart): Promise<boolean> {
  try {
    await client.workflow.start<typeof prewarm>(PREWARM_WORKFLOW, {
      taskQueue: CONTROL_TASK_QUEUE,
      workflowId: start.requestId,
      args: [start.input],
      memo: start.memo,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

async function describeRequest(
  { client, converter }: TemporalGatewayDeps,
  requestId: string,
): Promise<RequestDescription> {
  const description = await client.workflow.getHandle(requestId).describe();
  if (description.type !== PREWARM_WORKFLOW) throw unknownRequest(requestId);
  return {
    state: workflowStateOf(description.status.code),
    startedAtMs: description.startTime.getTime(),
    closedAtMs: description.closeTime?.getTime(),
    hasBegun: description.historyLength > EVENTS_BEFORE_FIRST_TURN,
    memo: description.memo ?? {},
    pendingFetches: await decodePendingFetches(description, converter),
  };
}
