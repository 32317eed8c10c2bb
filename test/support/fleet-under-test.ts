import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createFindClosedRequestsActivity } from '../../activities/find-closed-requests.ts';
import {
  createFleetKeeperClient,
  createFleetLeaseActivities,
  type FleetKeeperClient,
} from '../../activities/fleet-lease.ts';
import { createGroupActivities } from '../../activities/group.ts';
import type { FleetControlActivities, PrewarmControlActivities } from '../../activities/index.ts';
import { createDataConverter } from '../../codec/payload-codec.ts';
import type { FleetChange, FleetReply, FleetStatus } from '../../domain/fleet.ts';
import { CONTROL_TASK_QUEUE, FIXED_FLEET_GROUP, fleetWorkflowId } from '../../domain/ids.ts';
import {
  changeFleetUpdate,
  fleetStatusQuery,
  type FleetInput,
} from '../../workflows/fleet-messages.ts';
import type { fleet } from '../../workflows/fleet.ts';
import { recordHistory } from './histories.ts';
import type { TestAws } from './local-aws.ts';
import { workflowBundle } from './prewarm-workers.ts';
import type { TestNamespace } from './temporal-namespace.ts';

/** What a test asks of a fleet. */
export type FleetUnderTest = {
  readonly workflowId: string;
  readonly keeper: FleetKeeperClient;
  readonly leases: Pick<PrewarmControlActivities, 'setFleetLease' | 'dropFleetLease'>;
  /** Starts something that runs until it is terminated, and has a request's id. */
  readonly startRequest: () => Promise<string>;
  readonly change: (change: FleetChange) => Promise<FleetReply>;
  readonly status: () => Promise<FleetStatus>;
};

/** What differs from test to test. */
export type FleetSettings = {
  readonly aws: TestAws;
  /** Absent for a fixed fleet. */
  readonly groupName?: string;
  readonly idleSeconds?: number;
  readonly maxInstances?: number;
  readonly checkIntervalMs?: number;
  readonly activities?: Partial<FleetControlActivities>;
  /** Name under which the history of the first run may be recorded. */
  readonly historyName?: string;
};

/** Runs a control worker with the fleet's real activities while `use` lasts. */
export async function withFleet(
  { client, connection, namespace }: TestNamespace,
  settings: FleetSettings,
  use: (fleet: FleetUnderTest) => Promise<void>,
): Promise<void> {
  const { aws, groupName, checkIntervalMs, idleSeconds = 0, maxInstances = 300 } = settings;
  const worker = await Worker.create({
    connection,
    namespace,
    dataConverter: createDataConverter(),
    taskQueue: CONTROL_TASK_QUEUE,
    workflowBundle: await workflowBundle(),
    activities: {
      ...createGroupActivities(aws.autoScaling),
      findClosedRequests: createFindClosedRequestsActivity(client),
      ...settings.activities,
    },
  });
  const limits = { maxInstances, idleSeconds };
  const input: FleetInput = {
    limits,
    ...(groupName === undefined ? {} : { groupName }),
    ...(checkIntervalMs === undefined ? {} : { checkIntervalMs }),
  };
  const workflowId = fleetWorkflowId(groupName ?? FIXED_FLEET_GROUP);
  const start = { workflowId, taskQueue: CONTROL_TASK_QUEUE } as const;
  const keeper = createFleetKeeperClient(client, input);

  async function startRequest(): Promise<string> {
    const requestId = randomUUID();
    await client.workflow.start<typeof fleet>('fleet', {
      ...start,
      workflowId: requestId,
      args: [{ limits }],
    });
    return requestId;
  }

  const under: FleetUnderTest = {
    workflowId,
    keeper,
    leases: createFleetLeaseActivities(keeper),
    startRequest,
    change: (change) =>
      client.workflow.executeUpdateWithStart(changeFleetUpdate, {
        args: [{ change, limits }],
        startWorkflowOperation: new WithStartWorkflowOperation<typeof fleet>('fleet', {
          ...start,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    status: () => client.workflow.getHandle(workflowId).query(fleetStatusQuery),
  };
  await worker.runUntil(async () => {
    // Started here, so that its settings are the test's.
    const { firstExecutionRunId } = await client.workflow.start<typeof fleet>('fleet', {
      ...start,
      args: [input],
    });
    try {
      await use(under);
      const firstRun = client.workflow.getHandle(workflowId, firstExecutionRunId);
      if (settings.historyName !== undefined) await recordHistory(settings.historyName, firstRun);
    } finally {
      await client.workflow.getHandle(workflowId).terminate();
    }
  });
}
