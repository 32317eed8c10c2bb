/** The activities of the workflow `fleet`. */

import { proxyActivities } from '@temporalio/workflow';
import type { FleetControlActivities } from '../../activities/index.ts';
import { CONTROL_TASK_QUEUE } from '../../domain/ids.ts';

/**
 * Calls to Auto Scaling. Two attempts only: the SDK retries inside, the loop comes back by itself,
 * and a caller who waits 5 s for an answer should see AWS's words, not a retry.
 */
export const { describeGroup, setDesiredCapacity } = proxyActivities<FleetControlActivities>({
  taskQueue: CONTROL_TASK_QUEUE,
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '500 milliseconds', maximumAttempts: 2 },
});

/** Asks Temporal about each leased request; thousands of them take seconds. */
export const { findClosedRequests } = proxyActivities<FleetControlActivities>({
  taskQueue: CONTROL_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});
