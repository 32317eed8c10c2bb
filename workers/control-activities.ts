import type { Client } from '@temporalio/client';
import { readAllowedDistributions } from '../activities/allowed-distributions.ts';
import type { AwsClients } from '../activities/aws-clients.ts';
import { createCnameLookup } from '../activities/cname-lookup.ts';
import { createDistributionCatalogue } from '../activities/distribution-catalogue.ts';
import { countFetchWorkers } from '../activities/fetch-workers.ts';
import { createFindClosedRequestsActivity } from '../activities/find-closed-requests.ts';
import { createFleetKeeperClient, createFleetLeaseActivities } from '../activities/fleet-lease.ts';
import { createGroupActivities } from '../activities/group.ts';
import type { ControlActivities } from '../activities/index.ts';
import { createInvalidateActivity } from '../activities/invalidate.ts';
import { createObserveFleetActivity } from '../activities/observe-fleet.ts';
import { createResolveTargetsActivity } from '../activities/resolve-targets.ts';
import type { ControlConfig } from '../config.ts';
import type { EdgeDirectory } from '../edge/directory.ts';

/** What the control worker's activities talk to. */
export type ControlDeps = {
  readonly client: Client;
  readonly aws: AwsClients;
  readonly directory: EdgeDirectory;
};

/** Wires every activity of the task queue `prewarm-control`; nothing is asked before the first call. */
export function createControlActivities(
  config: ControlConfig,
  { client, aws, directory }: ControlDeps,
): ControlActivities {
  const { autoScalingGroupName, edgeDnsServers } = config;
  const keeper = createFleetKeeperClient(client, {
    ...(autoScalingGroupName === undefined ? {} : { groupName: autoScalingGroupName }),
    limits: { maxInstances: config.maxInstances, idleSeconds: config.fleetIdleSeconds },
  });
  return {
    resolveTargets: createResolveTargetsActivity({
      catalogue: createDistributionCatalogue({ cloudFront: aws.cloudFront }),
      allowed: readAllowedDistributions(config.allowedDistributions),
      cnames: createCnameLookup(edgeDnsServers === undefined ? {} : { servers: edgeDnsServers }),
      directory,
      dnsSuffix: config.edgeDnsSuffix,
    }),
    invalidateLot: createInvalidateActivity({ cloudFront: aws.cloudFront }),
    ...createFleetLeaseActivities(keeper),
    observeFleet: createObserveFleetActivity({
      keeper,
      countFetchWorkers: () => countFetchWorkers(client),
    }),
    ...createGroupActivities(aws.autoScaling),
    findClosedRequests: createFindClosedRequestsActivity(client),
  };
}
