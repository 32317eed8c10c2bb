import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { mapBounded } from './map-bounded.ts';

const REQUESTS_AT_ONCE = 10;

/**
 * Creates the activity `findClosedRequests`: of these requests, those that no longer run.
 *
 * A request that Temporal does not know counts as closed. Reads only.
 */
export function createFindClosedRequestsActivity(
  client: Client,
): (requestIds: readonly string[]) => Promise<string[]> {
  return async (requestIds) => {
    const isClosed = await mapBounded(requestIds, REQUESTS_AT_ONCE, (id) =>
      isRequestClosed(client, id),
    );
    return requestIds.filter((_, index) => isClosed[index] === true);
  };
}

async function isRequestClosed(client: Client, requestId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(requestId).describe();
    return status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
