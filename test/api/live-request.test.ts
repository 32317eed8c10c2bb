import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLiveView } from '../../api/reading/live-request.ts';
import type { PendingFetch } from '../../api/temporal/temporal-gateway.ts';
import type { ProgressAnswer, RequestTotals } from '../../domain/prewarm.ts';
import { stubGateway } from './stub/create-test-api.ts';

const NOW_MS = 1_700_000_000_000;
const TASKS = 100;

function totalsOf(warmedTasks: number, inFlightTasks: number): RequestTotals {
  return {
    phase: 'filling',
    status: 'IN_PROGRESS',
    totalTasks: TASKS,
    warmedTasks,
    failedTasks: 0,
    inFlightTasks,
    pendingTasks: TASKS - warmedTasks - inFlightTasks,
    warmedBytes: warmedTasks * 10,
    totalBytes: TASKS * 10,
    isTotalBytesEstimated: false,
    bytesFetched: warmedTasks * 20,
    fetches: warmedTasks * 2,
    acceptedAtMs: NOW_MS,
    timeoutAtMs: NOW_MS + 60_000,
    updatedAtMs: NOW_MS,
  };
}

const answerOf = (warmedTasks: number, batches: ProgressAnswer['batchesInFlight']) => ({
  totals: totalsOf(
    warmedTasks,
    batches.reduce((sum, { tasks }) => sum + tasks, 0),
  ),
  depth: 'edge' as const,
  batchesInFlight: batches,
  warnings: [],
});

const fetchOf = (activityId: string, overrides: Partial<PendingFetch> = {}): PendingFetch => ({
  activityId,
  isStarted: true,
  scheduledAtMs: NOW_MS - 1_000,
  heartbeat: undefined,
  ...overrides,
});

const beat = (warmed: number) => ({
  letters: warmed === 0 ? '.' : `${warmed}w.`,
  warmedBytes: warmed * 10,
  bytesFetched: warmed * 20,
  fetches: warmed * 2,
});

function readingOf(answer: ProgressAnswer, pendingFetches: readonly PendingFetch[]) {
  return {
    gateway: stubGateway({ progress: async () => answer }),
    requestId: 'a',
    deadlineAtMs: NOW_MS,
    nowMs: NOW_MS,
    description: {
      state: 'RUNNING' as const,
      startedAtMs: NOW_MS,
      closedAtMs: undefined,
      hasBegun: true,
      memo: {},
      pendingFetches,
    },
  };
}

test('counts what a batch in flight has done once, and an untaken batch as available', async () => {
  const answer = answerOf(20, [
    { activityId: '1', tasks: 10 },
    { activityId: '2', tasks: 30 },
  ]);
  const pending = [
    fetchOf('1', { heartbeat: beat(4) }),
    fetchOf('2', { isStarted: false }),
    fetchOf('0', { heartbeat: beat(9) }),
  ];

  const { totals } = await readLiveView(readingOf(answer, pending), undefined);

  expect(totals).toMatchObject({ warmedTasks: 24, inFlightTasks: 6, pendingTasks: 70 });
  expect(totals).toMatchObject({ warmedBytes: 240, bytesFetched: 480 });
});

test('never goes backwards and always adds up, whatever heartbeats come and go', async () => {
  const moment = fc.record({ merged: fc.nat(50), done: fc.nat(9), isStarted: fc.boolean() });

  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 2, maxLength: 8 }), async (moments) => {
      const views = [];
      let last;
      for (const { merged, done, isStarted } of moments) {
        const answer = answerOf(merged, [{ activityId: '1', tasks: 10 }]);
        const pending = [fetchOf('1', { isStarted, heartbeat: beat(done) })];
        last = await readLiveView(readingOf(answer, pending), last);
        views.push(last);
      }

      const rising = (values: readonly number[]) =>
        values.every((value, index) => value >= (values[index - 1] ?? 0));
      expect(rising(views.map(({ totals }) => totals.warmedTasks))).toBe(true);
      expect(rising(views.map(({ totals }) => totals.warmedBytes))).toBe(true);
      expect(rising(views.map(({ percentage }) => percentage))).toBe(true);
      for (const { totals } of views) {
        const { warmedTasks, failedTasks, inFlightTasks, pendingTasks } = totals;
        expect(warmedTasks + failedTasks + inFlightTasks + pendingTasks).toBe(TASKS);
        expect(Math.min(inFlightTasks, pendingTasks)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('keeps its percentage sane when a heartbeat that measured large objects goes missing', async () => {
  const totals = { ...totalsOf(20, 10), isTotalBytesEstimated: true };
  const batches = [{ activityId: '1', tasks: 10, measured: '10.' }];
  const answer = { ...answerOf(20, batches), totals, measuredUrls: 20 };
  const heartbeat = { ...beat(1), sizes: [[0, 20_000]], warmedBytes: 20_000 };
  const seen = await readLiveView(readingOf(answer, [fetchOf('1', { heartbeat })]), undefined);

  const missed = await readLiveView(readingOf(answer, [fetchOf('1')]), seen);

  expect(missed.percentage).toBe(seen.percentage);
  expect(missed.totals).toMatchObject({ totalBytes: seen.totals.totalBytes });
});
