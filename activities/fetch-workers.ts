import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { FETCH_TASK_QUEUE } from '../domain/ids.ts';

/** The fetch workers that serve the queue now. */
export type FetchWorkers = {
  readonly workers: number;
  /** Batches that all of them run at once. */
  readonly slots: number;
};

/** Identity of a fetch worker: `fetch/<host>/<pid>/slots-<n>`. */
const IDENTITY = /^fetch\/.+\/slots-(?<slots>\d{1,3})$/;
/** A waiting poll lasts 60 s, so a living worker was seen within that, and some slack. */
const LIVE_AGE_MS = 75_000;

/**
 * Counts the distinct fetch workers that polled the fetch task queue within the last 75 s.
 *
 * Asks every partition of the queue: the root hears of one waiting poll of each other partition only.
 */
export async function countFetchWorkers(client: Client): Promise<FetchWorkers> {
  const { namespace } = client.options;
  const { activityTaskQueuePartitions } = await client.workflowService.listTaskQueuePartitions({
    namespace,
    taskQueue: { name: FETCH_TASK_QUEUE },
  });
  const names = activityTaskQueuePartitions.map(({ key }) => key ?? FETCH_TASK_QUEUE);
  const answers = await Promise.all(
    names.map((name) =>
      client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
      }),
    ),
  );
  const slotsByIdentity = new Map<string, number>();
  for (const { identity, lastAccessTime } of answers.flatMap(({ pollers }) => pollers)) {
    const slots = IDENTITY.exec(identity ?? '')?.groups?.['slots'];
    const seenAtMs = Number(lastAccessTime?.seconds ?? 0) * 1_000;
    if (slots === undefined || Date.now() - seenAtMs > LIVE_AGE_MS) continue;
    slotsByIdentity.set(identity ?? '', Number(slots));
  }
  const slots = [...slotsByIdentity.values()].reduce((sum, one) => sum + one, 0);
  return { workers: slotsByIdentity.size, slots };
}
