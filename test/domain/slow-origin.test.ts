import { expect, test } from 'vitest';
import { createBatchSizer } from '../../domain/batch-size.ts';
import { codeOfOutcome } from '../../domain/cell.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import { windowBatches } from '../../domain/fill-window.ts';
import { planOf } from './plan-of.ts';

const SLOTS = 2;
const CONNECTIONS_PER_POP = 8;

/** A batch in a slot: the tasks that each of its columns has left. */
type RunningBatch = {
  readonly batch: PlannedBatch;
  readonly left: Map<number, number>;
  seconds: number;
};

type Work = { readonly rows: number; readonly areas: readonly string[]; readonly workers: number };

/**
 * Seconds until workers of two slots have fetched everything, where each task takes one second and
 * each worker has eight connections to a POP. Slots take batches in the order of their start.
 */
function secondsToTheEnd({ rows, areas, workers }: Work): number {
  const { plan } = planOf({ rows, areas });
  const sizer = createBatchSizer({ pops: areas.length });
  const window = windowBatches(workers, SLOTS);
  const queued: PlannedBatch[] = [];
  const slots: (RunningBatch | undefined)[] = Array.from({ length: workers * SLOTS });
  const inFlight = () => queued.length + slots.filter((slot) => slot !== undefined).length;

  const launch = (): void => {
    while (inFlight() < window) {
      const freeSlots = slots.length - inFlight();
      const maximumTasks = sizer.tasksOfNext({ readyTasks: plan.readyTasks(), window, freeSlots });
      const batch = plan.next({ maximumTasks });
      if (batch === undefined) break;
      queued.push(batch);
    }
    for (const [slot, running] of slots.entries()) {
      const batch = running === undefined ? queued.shift() : undefined;
      if (batch !== undefined) slots[slot] = startOf(batch);
    }
  };

  let seconds = 0;
  for (launch(); inFlight() > 0; launch()) {
    seconds += 1;
    for (let worker = 0; worker < workers; worker += 1) {
      fetchForOneSecond(slots.slice(worker * SLOTS, (worker + 1) * SLOTS));
    }
    for (const [slot, running] of slots.entries()) {
      if (running === undefined || running.left.size > 0) continue;
      slots[slot] = undefined;
      const { tasks } = running.batch;
      plan.settle(running.batch, {
        letters: new Uint8Array(tasks).fill(codeOfOutcome('warm')),
        isLost: false,
      });
      sizer.note({ tasks, elapsedMs: running.seconds * 1_000 });
    }
  }
  expect(plan.isExhausted()).toBe(true);
  return seconds;
}

function startOf(batch: PlannedBatch): RunningBatch {
  const left = new Map(batch.columns.map(({ column, rows }) => [column, rows.length]));
  return { batch, left, seconds: 0 };
}

function fetchForOneSecond(slots: readonly (RunningBatch | undefined)[]): void {
  const freeConnections = new Map<number, number>();
  for (const running of slots) {
    if (running === undefined) continue;
    running.seconds += 1;
    for (const [column, tasks] of running.left) {
      const free = freeConnections.get(column) ?? CONNECTIONS_PER_POP;
      const fetched = Math.min(free, tasks);
      freeConnections.set(column, free - fetched);
      if (fetched === tasks) running.left.delete(column);
      else running.left.set(column, tasks - fetched);
    }
  }
}

test.each([
  { rows: 40, areas: ['a', 'b', 'c', 'd'], workers: 1, atMost: 7 },
  { rows: 40, areas: ['a', 'a', 'b', 'b'], workers: 1, atMost: 7 },
  { rows: 8, areas: ['a', 'b', 'c', 'd'], workers: 1, atMost: 1 },
  { rows: 400, areas: ['a', 'b', 'c', 'd'], workers: 1, atMost: 60 },
  { rows: 160, areas: ['a'], workers: 1, atMost: 30 },
  { rows: 80, areas: ['a', 'b', 'c', 'd'], workers: 5, atMost: 3 },
])(
  'fetches $rows URLs through $areas.length POPs by $workers workers without idle connections',
  ({ atMost, ...work }) => {
    expect(secondsToTheEnd(work)).toBeLessThanOrEqual(atMost);
  },
);
