import type { WorkflowState } from './temporal-gateway.ts';

/** `temporal.api.enums.v1.WorkflowExecutionStatus` by number; a paused workflow still runs. */
const STATES: Readonly<Record<number, WorkflowState>> = {
  1: 'RUNNING',
  2: 'COMPLETED',
  3: 'FAILED',
  4: 'CANCELLED',
  5: 'TERMINATED',
  6: 'RUNNING',
  7: 'TIMED_OUT',
  8: 'RUNNING',
};

/**
 * How a workflow stands by Temporal's status number.
 *
 * A run that continued as new counts as running: the request goes on in its next run.
 */
export function workflowStateOf(code: number | null | undefined): WorkflowState {
  return STATES[code ?? 0] ?? 'RUNNING';
}
