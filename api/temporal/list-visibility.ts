import type { WorkflowService } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../../domain/ids.ts';
import { decodePayloadMap } from './decode-payload.ts';
import type { ListPage, ListQuery, ListedRequest } from './temporal-gateway.ts';
import { workflowStateOf } from './workflow-state.ts';

type ListResponse = Awaited<ReturnType<WorkflowService['listWorkflowExecutions']>>;
type Execution = ListResponse['executions'][number];

/** What {@link listVisibility} needs. */
export type VisibilityDeps = {
  readonly service: WorkflowService;
  readonly namespace: string;
  readonly converter: DataConverter;
};

/** One page of Temporal's visibility, decoded. */
export async function listVisibility(
  { service, namespace, converter }: VisibilityDeps,
  { query, pageSize, pageToken }: ListQuery,
): Promise<ListPage> {
  const response = await service.listWorkflowExecutions({
    namespace,
    query,
    pageSize,
    nextPageToken: pageToken,
  });
  const requests = response.executions.map((execution) => readExecution(execution, converter));
  return {
    requests: await Promise.all(requests),
    nextPageToken: response.nextPageToken ?? new Uint8Array(),
  };
}

async function readExecution(
  execution: Execution,
  converter: DataConverter,
): Promise<ListedRequest> {
  const attributes = await decodePayloadMap(execution.searchAttributes?.indexedFields, {});
  const status = attributes[STATUS_SEARCH_ATTRIBUTE];
  const domains = attributes[DOMAIN_SEARCH_ATTRIBUTE];
  return {
    requestId: execution.execution?.workflowId ?? '',
    state: workflowStateOf(execution.status),
    startedAtMs: toMs(execution.startTime) ?? 0,
    closedAtMs: toMs(execution.closeTime),
    memo: await decodePayloadMap(execution.memo?.fields, converter),
    status: typeof status === 'string' ? status : undefined,
    domains: Array.isArray(domains) ? domains.filter((item) => typeof item === 'string') : [],
  };
}

function toMs(time: Execution['startTime']): number | undefined {
  if (time === null || time === undefined) return undefined;
  return Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
}
