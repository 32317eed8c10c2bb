import { expect, test } from 'vitest';
import { createObserveFleetActivity } from '../../activities/observe-fleet.ts';
import type { FleetLease, FleetStatus } from '../../domain/fleet.ts';

const NOW_MS = 1_000_000;
const WARNING = 'No fetch worker serves the task queue prewarm-fetch.';

/** Observes a fleet with so many workers of two slots, of a group where it has a status. */
function observe(
  workers: number,
  input: FleetLease & { readonly unservedSinceMs?: number },
  status?: FleetStatus,
) {
  const keeper = {
    start: async () => {},
    setLease: async () => {},
    dropLease: async () => {},
    status: async () => status,
  };
  const countFetchWorkers = async () => ({ workers, slots: 2 * workers });
  return createObserveFleetActivity({ keeper, countFetchWorkers, now: () => NOW_MS })(input);
}

const unleased = { requestId: 'a', instances: 0 };

test.each([
  [undefined, undefined, NOW_MS],
  [NOW_MS, undefined, NOW_MS],
  [NOW_MS - 29_999, undefined, NOW_MS - 29_999],
  [NOW_MS - 30_000, WARNING, NOW_MS - 30_000],
])('unserved since %s, warns %s, also without a lease', async (since, warning, sinceAfter) => {
  const observed = await observe(0, {
    ...unleased,
    ...(since === undefined ? {} : { unservedSinceMs: since }),
  });

  expect(observed.unservedWarning).toBe(warning);
  expect(observed.unservedSinceMs).toBe(sinceAfter);
});

test('forgets that no worker was there when one came', async () => {
  const observed = await observe(1, { ...unleased, unservedSinceMs: NOW_MS - 60_000 });

  expect(observed).toEqual({ instances: 1, slots: 2, warnings: [] });
});

test('says why the group has no worker, however old its lease is', async () => {
  const status = {
    groupName: 'prewarm',
    desired: 2,
    leases: [{ requestId: 'a', instances: 2, sinceMs: 0 }],
    observedAtMs: NOW_MS,
    lastFailure: 'no Spot capacity',
  };
  const leased = { requestId: 'a', instances: 2 };

  const first = await observe(0, leased, status);
  const later = await observe(0, { ...leased, unservedSinceMs: NOW_MS - 30_000 }, status);

  expect(first).toEqual({ instances: 2, slots: 2, warnings: [], unservedSinceMs: NOW_MS });
  expect(later.unservedWarning).toBe(
    'No fetch worker serves the task queue prewarm-fetch; ' +
      'the last scaling activity of group prewarm failed: no Spot capacity.',
  );
});
