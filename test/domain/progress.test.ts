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
  const totals = totalsOf({
    warmedTasks: 0,
    pendingTasks: 65,
    warmedBytes: 0,
    totalBytes: 0,
    isTotalBytesEstimated: true,
  });

  const merged = mergeHeartbeats(
    { totals, batchesInFlight: inFlight },
    [{ activityId: 'batch-1', heartbeat: beat('5w') }],
    'edge',
  );

  expect(merged.totalBytes).toBe(1_000);
});

// 40 URLs of 100 B, 3 of 500 kB and 30 slow ones, each at 3 POPs; the 40 are measured and merged.
const SMALL = { totalTasks: 219, warmedTasks: 40, failedTasks: 0, warmedBytes: 4_000 };
const LARGE = [0, 1, 2].map((url) => [url, 500_000] as const);
const smallMerged = totalsOf({
  ...SMALL,
  inFlightTasks: 33,
  pendingTasks: 146,
  totalBytes: 21_900,
  isTotalBytesEstimated: true,
});
const largeInFlight = {
  letters: '3w30.',
  sizes: LARGE,
  warmedBytes: 1_500_000,
  bytesFetched: 3_000_000,
  fetches: 6,
};
const MEAN_OF_43_BYTES = 1_504_000 / 43;

test('takes the sizes of a heartbeat into the mean, as merging its batch will', () => {
  const batchesInFlight = [{ activityId: 'batch-2', tasks: 33, measured: '33.' }];
  const heartbeats = [{ activityId: 'batch-2', heartbeat: largeInFlight }];

  const merged = mergeHeartbeats(
    { totals: smallMerged, batchesInFlight, measuredUrls: 40 },
    heartbeats,
    'edge',
  );

  expect(merged.totalBytes).toBe(Math.round(219 * MEAN_OF_43_BYTES));
  expect(percentageComplete(merged)).toBe(19);
});

test.each([
  ['of URLs measured before', '33m', largeInFlight],
  ['of URLs measured before, without sizes', '33m', { ...largeInFlight, sizes: [] }],
])('leaves the mean alone for a heartbeat %s', (_title, measured, heartbeat) => {
  const totals = { ...smallMerged, totalBytes: Math.round(219 * MEAN_OF_43_BYTES) };

  const merged = mergeHeartbeats(
    {
      totals,
      batchesInFlight: [{ activityId: 'batch-2', tasks: 33, measured }],
      measuredUrls: 43,
    },
    [{ activityId: 'batch-2', heartbeat }],
    'edge',
  );

  expect(merged.totalBytes).toBe(totals.totalBytes);
});

test.each([
  ['its sizes had no room', { measured: '33.' }, []],
  ['its sizes had no room for all', { measured: '33.' }, LARGE.slice(1)],
  ['the workflow does not tell what it measured', {}, LARGE],
  ['what it measured can not be read', { measured: '99.' }, LARGE],
])('does not take little work for nearly all when %s', (_title, told, sizes) => {
  const merged = mergeHeartbeats(
    {
      totals: smallMerged,
      batchesInFlight: [{ activityId: 'batch-2', tasks: 33, ...told }],
      ...('measured' in told ? { measuredUrls: 40 } : {}),
    },
    [{ activityId: 'batch-2', heartbeat: { ...largeInFlight, sizes } }],
    'edge',
  );

  expect(percentageComplete(merged)).toBe(19);
});

test('counts a URL that one batch fetches through several POPs once in the mean', () => {
  const totals = { ...smallMerged, inFlightTasks: 99, pendingTasks: 80 };
  const heartbeat = { ...largeInFlight, letters: '3w30.3w63.', warmedBytes: 3_000_000 };

  const merged = mergeHeartbeats(
    {
      totals,
      batchesInFlight: [{ activityId: 'batch-2', tasks: 99, measured: '33.' }],
      measuredUrls: 40,
    },
    [{ activityId: 'batch-2', heartbeat }],
    'edge',
  );

  expect(merged.totalBytes).toBe(Math.round(219 * MEAN_OF_43_BYTES));
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
