import { type Client, type Connection, WithStartWorkflowOperation } from '@temporalio/client';
import type { FleetChange, FleetLimits, FleetReply, FleetStatus } from '../../domain/fleet.ts';
import {
  CONTROL_TASK_QUEUE,
  FIXED_FLEET_GROUP,
  FLEET_WORKFLOW,
  fleetWorkflowId,
} from '../../domain/ids.ts';
import {
  type FleetInput,
  changeFleetUpdate,
  fleetStatusQuery,
} from '../../workflows/fleet-messages.ts';
import type { fleet } from '../../workflows/fleet.ts';
import { createDeadlines } from './temporal-deadlines.ts';

/**
 * All that the api asks of the fleet's keeper, which is started where it does not run yet.
 *
 * @throws ApiError 503 when Temporal or every control worker is away.
 */
export interface FleetGateway {
  /** Desired and observed size, and the leases. */
  status(deadlineAtMs: number): Promise<FleetStatus>;
  /** Changes a share or the group; waits up to 5 s until the group was told. */
  change(change: FleetChange, deadlineAtMs: number): Promise<FleetReply>;
}

/** What {@link createFleetGateway} needs. */
export type FleetGatewayDeps = {
  readonly client: Client;
  readonly connection: Connection;
  /** Undefined: the fleet is fixed. */
  readonly groupName: string | undefined;
  readonly limits: FleetLimits;
  readonly onCall: (name: string) => void;
};

/** The fleet gateway over a Temporal client. Starts nothing by itself. */
export function createFleetGateway(deps: FleetGatewayDeps): FleetGateway {
  const { client, groupName, limits } = deps;
  const within = createDeadlines(deps);
  const workflowId = fleetWorkflowId(groupName ?? FIXED_FLEET_GROUP);
  const input: FleetInput = groupName === undefined ? { limits } : { groupName, limits };
  const startOptions = {
    workflowId,
    taskQueue: CONTROL_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
  } as const;
  return {
    status: (deadlineAtMs) =>
      within({ name: 'query fleet' }, deadlineAtMs, async () => {
        const handle = await client.workflow.start<typeof fleet>(FLEET_WORKFLOW, {
          ...startOptions,
          args: [input],
        });
        return handle.query(fleetStatusQuery);
      }),
    change: (change, deadlineAtMs) =>
      within({ name: 'update fleet' }, deadlineAtMs, () =>
        client.workflow.executeUpdateWithStart(changeFleetUpdate, {
          args: [{ change, limits }],
          startWorkflowOperation: new WithStartWorkflowOperation<typeof fleet>(FLEET_WORKFLOW, {
            ...startOptions,
            args: [input],
          }),
        }),
      ),
  };
}
