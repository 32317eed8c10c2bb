import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import type { FleetInput } from './fleet-messages.ts';
import { answerMessages } from './fleet/answer-messages.ts';
import { dropClosedRequests } from './fleet/drop-closed-requests.ts';
import { FleetKeeper } from './fleet/fleet-keeper.ts';
import { keepSize } from './fleet/keep-size.ts';

/**
 * The keeper of one fleet: holds the leases of requests and is the only writer of the group's size.
 *
 * The workflow id is `fleet/<group>`. It runs for ever; a run's history is bounded by about 4,096
 * events, or 1,000 messages, then it continues as new with its leases. Without a group the fleet is
 * fixed: the leases are recorded, nothing is asked of AWS.
 */
export async function fleet(input: FleetInput): Promise<void> {
  const keeper = new FleetKeeper(input);
  answerMessages(keeper);

  const { groupName } = keeper;
  await Promise.all([
    groupName === undefined ? waitUntilFull(keeper) : keepSize(keeper, groupName),
    dropClosedRequests(keeper, input.checkIntervalMs),
  ]);

  await condition(allHandlersFinished);
  await continueAsNew<typeof fleet>({
    ...input,
    limits: keeper.state.limits,
    carried: keeper.carry(),
  });
}

async function waitUntilFull(keeper: FleetKeeper): Promise<void> {
  await condition(() => keeper.isFull || keeper.isRollingOver);
  keeper.isRollingOver = true;
}
