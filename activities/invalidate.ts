import {
  CreateInvalidationCommand,
  GetInvalidationCommand,
  type CloudFrontClient,
} from '@aws-sdk/client-cloudfront';
import {
  ApplicationFailure,
  activityInfo,
  cancellationSignal,
  heartbeat,
  sleep,
} from '@temporalio/activity';
import { FAILURES } from '../domain/failures.ts';
import { checkRegion } from './aws-clients.ts';
import { awsFailure, kindOfAwsError } from './aws-error.ts';
import type { InvalidateLotInput } from './index.ts';

/** What the activity works with. Times in milliseconds. */
export type InvalidateDeps = {
  readonly cloudFront: CloudFrontClient;
  /** From the first attempt to `Completed`. @default 15 minutes */
  readonly timeoutMs?: number;
  /** Between two looks at an invalidation; grows to five times as much. @default 1000 */
  readonly pollMs?: number;
  /** Between two tries while the distribution's quota is full. @default 5000 */
  readonly quotaWaitMs?: number;
};

/** A caller whose worker died is noticed within the activity's heartbeat timeout of 30 s. */
const HEARTBEAT_INTERVAL_MS = 5_000;

type Lot = Required<Omit<InvalidateDeps, 'cloudFront'>> & {
  readonly cloudFront: CloudFrontClient;
  readonly input: InvalidateLotInput;
  readonly deadlineMs: number;
};

/**
 * Creates the activity `invalidateLot`: invalidates a lot of paths and waits for `Completed`.
 *
 * Idempotent under every crash: CloudFront answers a known CallerReference with the invalidation it
 * already has, so a retry neither pays nor invalidates twice. Waits while the distribution's quota
 * of 3,000 paths in progress is full. A cancel ends the waiting; a running invalidation can't be
 * taken back.
 *
 * @throws ApplicationFailure `InvalidationRefused`, `InvalidationTimedOut`, or `AwsUnavailable`
 *   where trying again may help.
 */
export function createInvalidateActivity(
  deps: InvalidateDeps,
): (input: InvalidateLotInput) => Promise<void> {
  return async (input) => {
    const timeoutMs = deps.timeoutMs ?? 15 * 60_000;
    const lot: Lot = {
      cloudFront: deps.cloudFront,
      input,
      timeoutMs,
      pollMs: deps.pollMs ?? 1_000,
      quotaWaitMs: deps.quotaWaitMs ?? 5_000,
      deadlineMs: activityInfo().scheduledTimestampMs + timeoutMs,
    };
    const timer = setInterval(() => heartbeat(), HEARTBEAT_INTERVAL_MS);
    try {
      await callAws(lot, 'CreateInvalidation', () => checkRegion(lot.cloudFront));
      await waitUntilCompleted(lot, await create(lot));
    } finally {
      clearInterval(timer);
    }
  };
}

/** @returns the invalidation's id. */
async function create(lot: Lot): Promise<string> {
  const { requestId, distributionId, lot: number, paths } = lot.input;
  const command = new CreateInvalidationCommand({
    DistributionId: distributionId,
    InvalidationBatch: {
      CallerReference: `${requestId}/${distributionId}/${number}`,
      Paths: { Quantity: paths.length, Items: [...paths] },
    },
  });
  for (;;) {
    const answer = await callAws(lot, 'CreateInvalidation', () => sendOrWait(lot, command));
    const id = answer?.Invalidation?.Id;
    if (id !== undefined) return id;
    checkDeadline(lot, `still waits for its turn (TooManyInvalidationsInProgress)`);
    await sleep(lot.quotaWaitMs * (1 + Math.random() / 2));
  }
}

/** @returns undefined while the distribution's quota is full, or AWS wants fewer calls. */
async function sendOrWait(lot: Lot, command: CreateInvalidationCommand) {
  try {
    return await lot.cloudFront.send(command, { abortSignal: cancellationSignal() });
  } catch (error) {
    const kind = kindOfAwsError(error);
    if (kind === 'busy' || kind === 'throttled') return undefined;
    throw error;
  }
}

async function waitUntilCompleted(lot: Lot, id: string): Promise<void> {
  const command = new GetInvalidationCommand({ DistributionId: lot.input.distributionId, Id: id });
  for (let looks = 0; ; looks += 1) {
    const answer = await callAws(lot, `GetInvalidation "${id}"`, () =>
      lot.cloudFront.send(command, { abortSignal: cancellationSignal() }),
    );
    const status = answer.Invalidation?.Status;
    if (status === 'Completed') return;
    checkDeadline(lot, `"${id}" is still ${status ?? 'without a status'}`);
    await sleep(lot.pollMs * Math.min(5, 1 + looks / 10));
  }
}

async function callAws<Answer>(
  lot: Lot,
  call: string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (cancellationSignal().aborted) throw error;
    throw awsFailure(error, {
      what: `${call} of distribution ${lot.input.distributionId}`,
      type: FAILURES.invalidationRefused,
      advice:
        'allow cloudfront:CreateInvalidation and cloudfront:GetInvalidation to the control worker, check the paths, or set need_invalidate to false',
    });
  }
}

function checkDeadline(lot: Lot, state: string): void {
  if (Date.now() < lot.deadlineMs) return;
  throw ApplicationFailure.nonRetryable(
    `Invalidation lot ${lot.input.lot} of distribution ${lot.input.distributionId}: ${state} after ${Math.round(lot.timeoutMs / 1_000)} s; look at the distribution's invalidations, then send the request again`,
    FAILURES.invalidationTimedOut,
  );
}
