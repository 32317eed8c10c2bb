/** Name of every identifier that two processes have to agree on, spelled here and nowhere else. */

/** Task queue of the workflows and of the activities that talk to AWS and DNS. */
export const CONTROL_TASK_QUEUE = 'prewarm-control';

/** Task queue of the fetch activity, served by the fetch workers. */
export const FETCH_TASK_QUEUE = 'prewarm-fetch';

/** Workflow type of a prewarm request: what an operator types and reads in the Web UI. */
export const PREWARM_WORKFLOW = 'prewarm';

/** Workflow type of the fleet's keeper. */
export const FLEET_WORKFLOW = 'fleet';

/** Group name that stands in the workflow id of a fixed fleet, which has no Auto Scaling group. */
export const FIXED_FLEET_GROUP = 'fixed';

/** Search attribute (Keyword): the status word of the contract. */
export const STATUS_SEARCH_ATTRIBUTE = 'PrewarmStatus';

/** Search attribute (KeywordList): hosts and distribution domain names of the request, at most 20. */
export const DOMAIN_SEARCH_ATTRIBUTE = 'PrewarmDomain';

/** Memo key under which a closed request keeps its last totals, at most 2 KiB. */
export const TOTALS_MEMO = 'totals';

/** Memo key of the name (never the key) of the API key that started the request. */
export const KEY_NAME_MEMO = 'keyName';

/**
 * Workflow id of the fleet's keeper for one Auto Scaling group.
 *
 * @param groupName the group's name, or {@link FIXED_FLEET_GROUP}.
 */
export function fleetWorkflowId(groupName: string): string {
  return `fleet/${groupName}`;
}

/**
 * Name of the group's lifecycle hook on terminating instances: a fetch worker that has drained
 * completes it. Whoever creates the group has to name its hook so.
 */
export function drainHookName(groupName: string): string {
  return `${groupName}-drain`;
}

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a string has the form of a request id (lower-case UUID), so that it can't name another workflow. */
export function isRequestId(value: string): boolean {
  return REQUEST_ID.test(value);
}
