import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { FleetLease, FleetLimits, FleetStatus } from '../domain/fleet.ts';
import {
  CONTROL_TASK_QUEUE,
  FIXED_FLEET_GROUP,
  FLEET_WORKFLOW,
  fleetWorkflowId,
} from '../domain/ids.ts';
import type { fleet } from '../workflows/fleet.ts';
import type { FleetInput, LeaseNotice } from '../workflows/fleet-messages.ts';
import type { PrewarmControlActivities } from './index.ts';

/** Which fleet this control worker serves. */
export type FleetSettings = {
  /** Absent for a fixed fleet. */
  readonly groupName?: string;
  readonly limits: FleetLimits;
};

/** Speaks to the fleet's keeper, the workflow `fleet`. */
export interface FleetKeeperClient {
  /** Starts the keeper where it does not run, so that it can be asked. */
  start(): Promise<void>;
  setLease(lease: FleetLease): Promise<void>;
  dropLease(requestId: string): Promise<void>;
  /** Undefined where the keeper does not run: a closed one would answer with leases it lost. */
  status(): Promise<FleetStatus | undefined>;
}

/** Creates a client of the fleet's keeper; nothing is asked before the first call. */
export function createFleetKeeperClient(
  client: Client,
  settings: FleetSettings,
): FleetKeeperClient {
  const workflowId = fleetWorkflowId(settings.groupName ?? FIXED_FLEET_GROUP);
  const { limits } = settings;
  const start = { workflowId, taskQueue: CONTROL_TASK_QUEUE };
  const input: FleetInput = settings;

  return {
    start: async () => {
      await client.workflow.start<typeof fleet>(FLEET_WORKFLOW, {
        ...start,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    },
    setLease: async (lease) => {
      const signalArgs: [LeaseNotice] = [{ lease, limits }];
      await client.workflow.signalWithStart<typeof fleet, [LeaseNotice]>(FLEET_WORKFLOW, {
        ...start,
        args: [input],
        signal: 'setLease',
        signalArgs,
      });
    },
    dropLease: async (requestId) => {
      try {
        await client.workflow.getHandle(workflowId).signal('dropLease', requestId);
      } catch (error) {
        // A keeper that does not run holds no lease.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
    status: async () => {
      try {
        const handle = client.workflow.getHandle(workflowId);
        const { status } = await handle.describe();
        return status.name === 'RUNNING'
          ? await handle.query<FleetStatus>('fleetStatus')
          : undefined;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

/**
 * Creates the activities by which a request holds and returns its share of the fleet.
 *
 * Both are idempotent. A share of 0 instances holds nothing.
 */
export function createFleetLeaseActivities(
  keeper: FleetKeeperClient,
): Pick<PrewarmControlActivities, 'setFleetLease' | 'dropFleetLease'> {
  return {
    setFleetLease: (lease) =>
      lease.instances > 0 ? keeper.setLease(lease) : keeper.dropLease(lease.requestId),
    dropFleetLease: (requestId) => keeper.dropLease(requestId),
  };
}
