import { expect, test } from 'vitest';
import { readLiveView } from '../../api/reading/live-request.ts';
import type { PendingFetch } from '../../api/temporal/temporal-gateway.ts';
import { prewarmInput } from './stub/prewarm-input.ts';
import { stubSummary } from './stub/stub-summary.ts';

const NOW_MS = 1_700_000_000_000;
const REQUEST_ID = '684153cc-efab-4a53-9409-357fddc2e2bd';
const BATCH = { activityId: 'batch-1', tasks: 1 };

/** Warnings of a running request whose batches are as given. */
async function warningsWith(pendingFetches: readonly PendingFetch[]): Promise<readonly string[]> {
  const { totals, depth } = stubSummary(prewarmInput(), {
    batch: BATCH,
    ending: undefined,
    stopReason: '',
  });
  const unused = async (): Promise<never> => Promise.reject(new Error('not asked'));
  const view = await readLiveView(
    {
      gateway: {
        progress: async () => ({ totals, depth, batchesInFlight: [BATCH], warnings: [] }),
        describe: unused,
        summary: unused,
        ending: unused,
        resultsPage: unused,
      },
      requestId: REQUEST_ID,
      description: {
        state: 'RUNNING',
        startedAtMs: NOW_MS - 60_000,
        closedAtMs: undefined,
        hasBegun: true,
        memo: {},
        pendingFetches,
      },
      deadlineAtMs: NOW_MS + 1_000,
      nowMs: NOW_MS,
    },
    undefined,
  );
  return view.warnings;
}

function batchWaiting(seconds: number, isStarted = false): PendingFetch {
  const scheduledAtMs = NOW_MS - seconds * 1_000;
  return { activityId: BATCH.activityId, isStarted, scheduledAtMs, heartbeat: undefined };
}

test('warns once no fetch worker has taken any batch for more than 30 s', async () => {
  const warnings = await warningsWith([batchWaiting(31), batchWaiting(32)]);

  expect(warnings).toEqual([
    expect.stringMatching(/^No fetch worker has taken any of the 2 batches .* 30 s/),
  ]);
});

test('speaks of one batch as one', async () => {
  expect(await warningsWith([batchWaiting(31)])).toEqual([
    'No fetch worker has taken the batch that waits for more than 30 s: is one running? See GET /instances',
  ]);
});

test.each([
  ['they wait for no longer', [batchWaiting(29), batchWaiting(31)]],
  ['a worker holds one of them', [batchWaiting(40, true), batchWaiting(40)]],
  ['there is none', []],
])('does not warn of batches when %s', async (_when, pendingFetches) => {
  expect(await warningsWith(pendingFetches)).toEqual([]);
});
