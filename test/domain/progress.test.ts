import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RequestTotals } from '../../domain/prewarm.ts';
import { mergeHeartbeats, percentageComplete } from '../../domain/progress.ts';

const totalsOf = (overrides: Partial<RequestTotals> = {}): RequestTotals => ({
  phase: 'filling',
  status: 'IN_PROGRESS',
  totalTasks: 100,
  warmedTasks: 20,
  failedTasks: 5,
  inFlightTasks: 30,
  pendingTasks: 45,
  warmedBytes: 200,
  totalBytes: 1_000,
  isTotalBytesEstimated: false,
  bytesFetched: 400,
  fetches: 40,
  acceptedAtMs: 0,
  timeoutAtMs: 60_000,
  updatedAtMs: 1,
  ...overrides,
});

const beat = (letters: string) => ({ letters, warmedBytes: 50, bytesFetched: 100, fetches: 8 });
const inFlight = [{ activityId: 'batch-1', tasks: 10 }];

test('adds what a batch in flight has done', () => {
  const heartbeats = [{ activityId: 'batch-1', heartbeat: beat('5wnrq2.') }];

  const merged = mergeHeartbeats(
    { totals: totalsOf(), batchesInFlight: inFlight },
    heartbeats,
    'edge',
  );

  expect(merged).toMatchObject({
    warmedTasks: 25,
    failedTasks: 7,
    inFlightTasks: 23,
    pendingTasks: 45,
    warmedBytes: 250,
    bytesFetched: 500,
    fetches: 48,
  });
});

test('counts regional as warmed at depth regional', () => {
  const heartbeats = [{ activityId: 'batch-1', heartbeat: beat('5r5.') }];

  const merged = mergeHeartbeats(
    { totals: totalsOf(), batchesInFlight: inFlight },
    heartbeats,
    'regional',
  );

  expect(merged.warmedTasks).toBe(25);
});

test.each([
  ['a batch that the totals hold already', 'batch-9', '10w'],
  ['a heartbeat longer than its batch', 'batch-1', '11w'],
  ['a malformed heartbeat', 'batch-1', '10'],
])('leaves out %s', (_title, activityId, letters) => {
  const totals = totalsOf();

  const merged = mergeHeartbeats(
    { totals, batchesInFlight: inFlight },
    [{ activityId, heartbeat: beat(letters) }],
    'edge',
  );

  expect(merged).toEqual(totals);
});

test('estimates all bytes while only heartbeats know sizes', () => {
  const totals = totalsOf({ warmedTasks: 0, pendingTasks: 65, warmedBytes: 0, totalBytes: 0 });

  const merged = mergeHeartbeats(
    { totals, batchesInFlight: inFlight },
    [{ activityId: 'batch-1', heartbeat: beat('5w') }],
    'edge',
  );

  expect(merged.totalBytes).toBe(1_000);
});

test('keeps counts that add up, whatever heartbeats say', () => {
  const letters = fc.oneof(fc.string(), fc.stringMatching(/^([2-9]?[a-z.]){0,12}$/));
  const heartbeats = fc.array(
    fc.record({
      activityId: fc.constantFrom('batch-1', 'batch-2', 'batch-3'),
      heartbeat: letters.map(beat),
    }),
  );
  fc.assert(
    fc.property(heartbeats, (list) => {
      const batchesInFlight = [...inFlight, { activityId: 'batch-2', tasks: 20 }];

      const merged = mergeHeartbeats({ totals: totalsOf(), batchesInFlight }, list, 'edge');

      const { warmedTasks, failedTasks, inFlightTasks, pendingTasks } = merged;
      expect(warmedTasks + failedTasks + inFlightTasks + pendingTasks).toBe(merged.totalTasks);
      expect(inFlightTasks).toBeGreaterThanOrEqual(0);
      expect(merged.warmedBytes).toBeLessThanOrEqual(merged.totalBytes);
    }),
  );
});

test.each([
  [{}, 20],
  [{ warmedBytes: 999 }, 99],
  [{ warmedBytes: 1_000 }, 99],
  [{ warmedTasks: 100, warmedBytes: 990 }, 100],
  [{ totalBytes: 0, warmedBytes: 0 }, 20],
  [{ totalTasks: 0, warmedTasks: 0 }, 0],
  [{ totalTasks: 6, warmedTasks: 4, warmedBytes: 137_368, totalBytes: 206_052 }, 66],
])('calls %j %d percent', (overrides, percentage) => {
  expect(percentageComplete(totalsOf(overrides))).toBe(percentage);
});
