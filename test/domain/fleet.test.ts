import { expect, test } from 'vitest';
import { clampSize, fleetChangeMessage, leasedInstances } from '../../domain/fleet.ts';
import type { FleetStatus } from '../../domain/fleet.ts';

const limits = { maxInstances: 300, idleSeconds: 60 };
const status: FleetStatus = { groupName: 'g', desired: 3, leases: [], observedAtMs: 0 };

test.each([
  [5, { minSize: 0, maxSize: 10 }, { size: 5 }],
  [
    11,
    { minSize: 0, maxSize: 10 },
    { size: 10, clamp: "11 were asked for, but the group's MaxSize is 10" },
  ],
  [
    400,
    { minSize: 0, maxSize: 1_000 },
    { size: 300, clamp: '400 were asked for, but MAX_INSTANCES is 300' },
  ],
  [
    0,
    { minSize: 2, maxSize: 10 },
    { size: 2, clamp: "0 were asked for, but the group's MinSize is 2" },
  ],
])('fits %i into %o', (wanted, bounds, expected) => {
  expect(clampSize(wanted, limits, bounds)).toEqual(expected);
});

test('never goes below MinSize, even where MAX_INSTANCES is smaller', () => {
  const clamped = clampSize(8, { maxInstances: 1, idleSeconds: 0 }, { minSize: 2, maxSize: 10 });

  expect(clamped.size).toBe(2);
});

test('adds up leases', () => {
  const leases = [
    { requestId: 'a', instances: 2 },
    { requestId: 'b', instances: 5 },
  ];

  expect(leasedInstances(leases)).toBe(7);
  expect(leasedInstances([])).toBe(0);
});

test.each([
  [true, {}, 'Auto Scaling Group g updated to Desired Capacity: 3'],
  [true, { clamp: 'because' }, 'Auto Scaling Group g updated to Desired Capacity: 3 (because)'],
  [false, {}, 'Auto Scaling Group g will be updated; its Desired Capacity is 3 now'],
  [true, { awsError: 'AccessDenied' }, 'Auto Scaling Group g was not updated: AccessDenied'],
])('says what became of a change (applied: %s, %o)', (isApplied, more, message) => {
  expect(fleetChangeMessage({ isApplied, status: { ...status, ...more } })).toBe(message);
});
