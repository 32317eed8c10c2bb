import { KEY_NAME_MEMO } from '../../domain/ids.ts';
import type { PrewarmInput } from '../../domain/prewarm.ts';
import { ACCEPTANCE_MEMO, type Acceptance, readAcceptance } from './acceptance.ts';
import { ApiError } from '../http/api-error.ts';
import type { RequestIdentity } from './idempotency.ts';
import { TEMPORAL_LIMIT_MS } from '../temporal/temporal-deadlines.ts';
import type { PrewarmStart, TemporalGateway } from '../temporal/temporal-gateway.ts';

/** Bytes that a request's input may take in Temporal's store (design: limits). */
export const MAXIMUM_STORED_BYTES = 1024 * 1024;

/** What {@link acceptRequest} needs. */
export type AcceptDeps = {
  readonly gateway: Pick<TemporalGateway, 'start' | 'describe' | 'storedBytes'>;
  readonly now: () => number;
};

/** A request that passed the door, and who sent it. */
export type AcceptableRequest = {
  readonly input: PrewarmInput;
  readonly identity: RequestIdentity;
  readonly keyName: string;
};

/**
 * Starts a request, or finds the one that the same Idempotency-Key started before.
 *
 * @returns what was noted at the first acceptance, so that a replay gets the first reply.
 * @throws ApiError 413 when it takes too much room, 422 when the key was used with another body,
 * 503 when Temporal is away.
 */
export async function acceptRequest(
  { gateway, now }: AcceptDeps,
  { input, identity, keyName }: AcceptableRequest,
): Promise<Acceptance> {
  await refuseTooLarge(gateway, input);
  const { requestId, bodyHash } = identity;
  const acceptance: Acceptance = {
    acceptedAtMs: input.acceptedAtMs,
    timeoutAtMs: input.acceptedAtMs + input.timeoutMs,
    totalTasks: input.urls.length * input.pops.length,
    ...(bodyHash === undefined ? {} : { bodyHash }),
  };
  const memo = { [ACCEPTANCE_MEMO]: acceptance, [KEY_NAME_MEMO]: keyName };
  const deadlineAtMs = now() + TEMPORAL_LIMIT_MS;
  if (await start(gateway, { requestId, input, memo }, deadlineAtMs)) return acceptance;
  const first = readAcceptance((await gateway.describe(requestId, deadlineAtMs)).memo);
  if (first === undefined || first.bodyHash !== bodyHash) {
    const message = `Header Idempotency-Key was used before with another body (request ${requestId}): use a new key`;
    throw new ApiError(422, message, { requestId });
  }
  return first;
}

/** A start that Temporal did not confirm may still have happened: its caller can ask by the id. */
async function start(
  gateway: Pick<TemporalGateway, 'start'>,
  request: PrewarmStart,
  deadlineAtMs: number,
): Promise<boolean> {
  try {
    return await gateway.start(request, deadlineAtMs);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const facts = { ...error.facts, requestId: request.requestId, cause: error };
    throw new ApiError(error.status, error.message, facts);
  }
}

async function refuseTooLarge(
  gateway: Pick<TemporalGateway, 'storedBytes'>,
  input: PrewarmInput,
): Promise<void> {
  const characters = input.urls.reduce((sum, url) => sum + url.length, 0);
  // Compression never makes it larger, so that most requests need not be packed twice.
  if (characters < MAXIMUM_STORED_BYTES / 4) return;
  const storedBytes = await gateway.storedBytes(input);
  if (storedBytes <= MAXIMUM_STORED_BYTES) return;
  throw new ApiError(
    413,
    `url_list: the request takes ${storedBytes} bytes in the store, at most ${MAXIMUM_STORED_BYTES} are accepted: split it into ${Math.ceil(storedBytes / MAXIMUM_STORED_BYTES) + 1} requests`,
  );
}
