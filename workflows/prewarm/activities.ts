/** The activities of the workflow `prewarm`, one proxy a timeout class. */

import { proxyActivities } from '@temporalio/workflow';
import type { FetchActivities, PrewarmControlActivities } from '../../activities/index.ts';
import { CONTROL_TASK_QUEUE, FETCH_TASK_QUEUE } from '../../domain/ids.ts';

/** Quick questions to DNS, AWS and the fleet; retried for minutes, the request's deadline ends them. */
export const { resolveTargets, setFleetLease, dropFleetLease, observeFleet } =
  proxyActivities<PrewarmControlActivities>({
    taskQueue: CONTROL_TASK_QUEUE,
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '15 seconds' },
  });

/** Waits minutes for CloudFront; heartbeats, so that a dead control worker is noticed. */
export const { invalidateLot } = proxyActivities<PrewarmControlActivities>({
  taskQueue: CONTROL_TASK_QUEUE,
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * A batch runs once: retrying is planning. A batch between two attempts would lose its last
 * heartbeat when the request is cancelled, and with it the record of what was fetched.
 */
export const { fetchBatch } = proxyActivities<FetchActivities>({
  taskQueue: FETCH_TASK_QUEUE,
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '5 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 1 },
});
