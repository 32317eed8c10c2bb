import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { decodePayload } from './decode-payload.ts';
import type { PendingFetch } from './temporal-gateway.ts';

/** Type name of the fetch activity, as workers register it. */
const FETCH_ACTIVITY = 'fetchBatch';

/** `PENDING_ACTIVITY_STATE_SCHEDULED` of temporal.api.enums.v1: no worker holds it. */
const SCHEDULED = 1;

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The fetch activities of a description that have not ended, with what they said last. */
export async function decodePendingFetches(
  { raw }: WorkflowExecutionDescription,
  converter: DataConverter,
): Promise<readonly PendingFetch[]> {
  const fetches = (raw.pendingActivities ?? []).filter(
    ({ activityType }) => activityType?.name === FETCH_ACTIVITY,
  );
  return Promise.all(fetches.map((pending) => decodePendingFetch(pending, converter)));
}

async function decodePendingFetch(
  pending: Pending,
  converter: DataConverter,
): Promise<PendingFetch> {
  const payload = pending.heartbeatDetails?.payloads?.[0];
  const seconds = pending.scheduledTime?.seconds;
  return {
    activityId: pending.activityId ?? '',
    isStarted: Number(pending.state) !== SCHEDULED,
    scheduledAtMs: seconds === undefined || seconds === null ? undefined : Number(seconds) * 1000,
    heartbeat: payload === undefined ? undefined : await decodePayload(payload, converter),
  };
}
