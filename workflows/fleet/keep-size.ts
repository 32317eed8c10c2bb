import { condition, isCancellation, log, setCurrentDetails, sleep } from '@temporalio/workflow';
import { clampSize } from '../../domain/fleet.ts';
import { messageOfFailure } from '../failure-message.ts';
import { describeGroup, setDesiredCapacity } from './activities.ts';
import type { FleetKeeper } from './fleet-keeper.ts';

/**
 * The one loop that calls AWS: keeps the group at the size that leases and callers ask for.
 *
 * One round of calls a second at most, however many ask. An error is kept for those who ask and
 * tried again later: the leases stand until then. Returns when the run has to roll over.
 */
export async function keepSize(keeper: FleetKeeper, groupName: string): Promise<void> {
  const { state } = keeper;
  while (!keeper.isRollingOver) {
    await sleepUnlessZero(keeper.restMs(Date.now()));
    keeper.noteRound(Date.now());
    await align(keeper, groupName);
    const revision = keeper.appliedRevision;
    setCurrentDetails(`\`\`\`json\n${JSON.stringify(summary(keeper), undefined, 2)}\n\`\`\``);

    keeper.isRollingOver ||= keeper.isFull;
    await condition(
      () => state.revision !== revision || keeper.isRollingOver || keeper.isFull,
      keeper.waitMs(Date.now()),
    );
  }
}

/** One look and, where needed, one change; `appliedRevision` is then what was acted on. */
async function align(keeper: FleetKeeper, groupName: string): Promise<void> {
  let { revision } = keeper.state;
  try {
    const group = await describeGroup(groupName);
    keeper.noteObservation(group);
    ({ revision } = keeper.state);
    const nowMs = Date.now();
    const wanted = keeper.state.wantedSize(nowMs);
    if (wanted === undefined) {
      keeper.noteSuccess(undefined);
      return;
    }
    const { size, clamp } = clampSize(wanted, keeper.state.limits, group);
    if (size !== group.desired) {
      await setDesiredCapacity.executeWithOptions({ summary: `${group.desired} → ${size}` }, [
        { groupName, desired: size },
      ]);
      keeper.noteChange(size, Date.now());
    }
    keeper.noteSuccess(clamp);
    keeper.state.noteApplied(nowMs);
  } catch (error) {
    if (isCancellation(error)) throw error;
    keeper.noteError(messageOfFailure(error));
    log.warn('Auto Scaling refused', { groupName, reason: messageOfFailure(error) });
  } finally {
    keeper.appliedRevision = revision;
  }
}

async function sleepUnlessZero(durationMs: number): Promise<void> {
  if (durationMs > 0) await sleep(durationMs);
}

/** The status with the leases counted, not listed. */
function summary(keeper: FleetKeeper): object {
  const { leases, ...status } = keeper.status(Date.now());
  return { ...status, leases: leases.length };
}
