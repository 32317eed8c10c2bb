import { expect, test } from 'vitest';
import { codeOfOutcome } from '../../domain/cell.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { planOf } from './plan-of.ts';

type Planned = ReturnType<typeof planOf>;

function nextOf({ plan }: Planned, maximumTasks: number): PlannedBatch {
  const batch = plan.next({ maximumTasks });
  if (batch === undefined) throw new Error('nothing is left to plan');
  return batch;
}

function settle({ plan }: Planned, batch: PlannedBatch, outcome: Outcome): void {
  const letters = new Uint8Array(batch.tasks).fill(codeOfOutcome(outcome));
  plan.settle(batch, { letters, isLost: false });
}

/** A POP given up after sixteen refused connections, with six tasks of it still in flight. */
function givenUpPop() {
  const fill = planOf({ rows: 40, areas: ['a'] });
  const first = nextOf(fill, 10);
  const inFlight = nextOf(fill, 10);
  settle(fill, first, 'connect_failed');
  settle(fill, nextOf(fill, 10), 'connect_failed');
  return { fill, inFlight };
}

test('sends a POP that never answered sixteen tasks at a time', () => {
  const { inFlight } = givenUpPop();

  expect(inFlight.tasks).toBe(6);
});

test('lets the tasks in flight of a POP that is given up tell their own outcome', () => {
  const { fill, inFlight } = givenUpPop();

  settle(fill, inFlight, 'warm');

  expect(fill.grid.warmedTasks()).toBe(6);
  expect(fill.grid.tasksWith('connect_failed')).toBe(20);
  expect(fill.grid.tasksWith('pop_unreachable')).toBe(14);
});

test('ends tasks that come back untried from a POP that was given up', () => {
  const { fill, inFlight } = givenUpPop();

  fill.plan.giveBack(inFlight);

  expect(fill.grid.tasksWith('pop_unreachable')).toBe(20);
  expect(fill.plan.isExhausted()).toBe(true);
});

test('ends tasks that come back untried of a URL that was closed', () => {
  const fill = planOf({ rows: 1, areas: ['a', 'b'] });
  const first = nextOf(fill, 1);
  const second = nextOf(fill, 1);

  settle(fill, first, 'not_cacheable');
  fill.plan.giveBack(second);

  expect(fill.grid.encode()).toBe('2n');
});

test('lets a task in flight of a closed URL tell its own outcome', () => {
  const fill = planOf({ rows: 1, areas: ['a', 'b'] });
  const first = nextOf(fill, 1);
  const second = nextOf(fill, 1);

  settle(fill, first, 'not_cacheable');
  settle(fill, second, 'warm');

  expect(fill.grid.encode()).toBe('nw');
});

test('appoints another leader when the first one belongs to a POP that is given up', () => {
  const fill = planOf({ rows: 60, areas: ['a', 'a'] });
  const ends = { 0: 'warm', 1: 'connect_failed' } as const;

  for (
    let batch = fill.plan.next({ maximumTasks: 8 });
    batch;
    batch = fill.plan.next({ maximumTasks: 8 })
  ) {
    const letters = batch.columns.flatMap(({ column, rows }) =>
      rows.map(() => codeOfOutcome(column === 0 ? ends[0] : ends[1])),
    );
    fill.plan.settle(batch, { letters: Uint8Array.from(letters), isLost: false });
  }

  expect(fill.grid.warmedInColumn(0)).toBe(60);
  expect(fill.grid.tasksInColumn(1, 'connect_failed')).toBe(16);
});
