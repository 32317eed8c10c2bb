import type { ReplayResult } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, test } from 'vitest';
import { readHistory, recordedHistories } from '../support/histories.ts';
import { replayHistories } from './replay-histories.ts';

/** Every recorded path, and events by which its history shows that it was taken. */
const EVENTS_BY_PATH: Readonly<Record<string, readonly string[]>> = {
  'fleet-carried': ['WORKFLOW_EXECUTION_STARTED'],
  'fleet-changes': ['WORKFLOW_EXECUTION_UPDATE_COMPLETED'],
  'fleet-continue-as-new': ['WORKFLOW_EXECUTION_CONTINUED_AS_NEW'],
  'fleet-fixed': ['WORKFLOW_EXECUTION_SIGNALED', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED'],
  'fleet-idle-grace': ['WORKFLOW_EXECUTION_SIGNALED', 'TIMER_FIRED'],
  'fleet-lease': ['WORKFLOW_EXECUTION_SIGNALED', 'ACTIVITY_TASK_COMPLETED'],
  'fleet-no-group': ['ACTIVITY_TASK_FAILED'],
  'fleet-override': ['WORKFLOW_EXECUTION_UPDATE_COMPLETED', 'WORKFLOW_EXECUTION_SIGNALED'],
  'fleet-refused': ['ACTIVITY_TASK_FAILED'],
  'fleet-terminated-request': ['WORKFLOW_EXECUTION_SIGNALED', 'TIMER_FIRED'],
  'prewarm-cancelled': ['WORKFLOW_EXECUTION_CANCEL_REQUESTED', 'WORKFLOW_EXECUTION_CANCELED'],
  'prewarm-failed': ['WORKFLOW_EXECUTION_FAILED'],
  'prewarm-finished': ['WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-instances-changed': ['WORKFLOW_EXECUTION_SIGNALED', 'WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-invalidation': ['WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-lease-kept': ['ACTIVITY_TASK_FAILED', 'WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-long': ['WORKFLOW_EXECUTION_CONTINUED_AS_NEW'],
  'prewarm-long-run-2': ['WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-many-batches': ['TIMER_FIRED', 'WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-mixed-outcomes': ['WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-stopped': ['WORKFLOW_EXECUTION_SIGNALED', 'WORKFLOW_EXECUTION_CANCELED'],
  'prewarm-terminated': ['WORKFLOW_EXECUTION_TERMINATED'],
  'prewarm-timeout': ['TIMER_FIRED', 'WORKFLOW_EXECUTION_COMPLETED'],
  'prewarm-worker-lost': ['ACTIVITY_TASK_TIMED_OUT', 'WORKFLOW_EXECUTION_COMPLETED'],
};
const PATHS = Object.keys(EVENTS_BY_PATH);
const BUNDLING = 120_000;

const histories = new Map<string, string>();
let errors = new Map<string, ReplayResult['error']>();
beforeAll(async () => {
  for (const name of PATHS) histories.set(name, await readHistory(name));
  errors = await replayHistories(histories, '../../workflows/index.ts');
}, BUNDLING);

test('has a recorded history of every path, and no other', async () => {
  expect(await recordedHistories()).toEqual(PATHS);
});

test.each(PATHS)('replays %s, whose history shows the path', (name) => {
  for (const event of EVENTS_BY_PATH[name] ?? []) {
    expect(histories.get(name)).toContain(`"EVENT_TYPE_${event}"`);
  }
  expect([...errors.keys()]).toContain(name);
  expect(errors.get(name)).toBeUndefined();
});

test('notices in every history a workflow that was changed', { timeout: BUNDLING }, async () => {
  const broken = await replayHistories(histories, './changed-workflows.ts');

  const noticed = [...broken].filter(([, error]) => error instanceof DeterminismViolationError);
  expect(noticed.map(([name]) => name).sort()).toEqual(PATHS);
});

test('notices a history of other commands', { timeout: BUNDLING }, async () => {
  const altered = (histories.get('prewarm-finished') ?? '').replaceAll('fetchBatch', 'other');

  const broken = await replayHistories(
    new Map([['prewarm-finished', altered]]),
    '../../workflows/index.ts',
  );

  expect(broken.get('prewarm-finished')).toBeInstanceOf(DeterminismViolationError);
});
