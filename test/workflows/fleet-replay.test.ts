import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { expect, test } from 'vitest';
import { createDataConverter } from '../../codec/payload-codec.ts';
import { readHistory, recordedHistories } from '../support/histories.ts';
import { workflowBundle } from '../support/prewarm-workers.ts';

const FILES = await recordedHistories('fleet-');

async function replay(history: unknown): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), dataConverter: createDataConverter() },
    history,
    'fleet/prewarm_asg_test',
  );
}

test('has a recorded history of every path', () => {
  expect(FILES).toHaveLength(10);
});

test.each(FILES)('replays %s', async (file) => {
  await expect(replay(await readHistory(file))).resolves.toBeUndefined();
});

test('notices a workflow that does something else than its history', async () => {
  const text = JSON.stringify(await readHistory('fleet-lease.json.gz'));
  const other: unknown = JSON.parse(text.replaceAll('setDesiredCapacity', 'somethingElse'));

  await expect(replay(other)).rejects.toThrow(DeterminismViolationError);
});
