import { condition, setHandler } from '@temporalio/workflow';
import type { FleetReply } from '../../domain/fleet.ts';
import {
  changeFleetUpdate,
  dropLeaseSignal,
  fleetStatusQuery,
  setLeaseSignal,
  type ChangeNotice,
} from '../fleet-messages.ts';
import type { FleetKeeper } from './fleet-keeper.ts';

/** How long a caller waits for AWS to be told; then it hears that it will be. */
const REPLY_WAIT_MS = 5_000;

/** Answers the fleet's query, update and signals. */
export function answerMessages(keeper: FleetKeeper): void {
  setHandler(fleetStatusQuery, () => keeper.status(Date.now()));
  setHandler(setLeaseSignal, ({ lease, limits }) => {
    keeper.messages += 1;
    keeper.state.limits = limits;
    keeper.state.setLease(lease, Date.now());
  });
  setHandler(dropLeaseSignal, (requestId) => {
    keeper.messages += 1;
    keeper.state.dropLease(requestId, Date.now());
  });
  setHandler(changeFleetUpdate, (notice) => change(keeper, notice), { validator: checkChange });
}

async function change(keeper: FleetKeeper, notice: ChangeNotice): Promise<FleetReply> {
  const { state } = keeper;
  keeper.messages += 1;
  state.limits = notice.limits;
  if (keeper.groupName !== undefined || notice.change.requestId !== undefined) {
    state.change(notice.change, Date.now());
  }
  if (keeper.groupName === undefined) return { isApplied: true, status: keeper.status(Date.now()) };

  const { revision } = state;
  const isApplied = (): boolean => keeper.appliedRevision >= revision;
  await condition(() => isApplied() || keeper.isRollingOver, REPLY_WAIT_MS);
  return { isApplied: isApplied(), status: keeper.status(Date.now()) };
}

function checkChange({ change: { instances }, limits }: ChangeNotice): void {
  if (!Number.isInteger(instances) || instances < 0 || instances > limits.maxInstances) {
    throw new RangeError(
      `instances must be a whole number from 0 to ${limits.maxInstances}, not ${instances}`,
    );
  }
}
