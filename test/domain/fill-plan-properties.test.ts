import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LOST_ONCE, PENDING, codeOfOutcome, isFinalCell } from '../../domain/cell.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import { OUTCOME_NAMES } from '../../domain/outcome.ts';
import { createTaskGrid, decodeTaskGrid } from '../../domain/task-grid.ts';
import type { TaskGrid } from '../../domain/task-grid.ts';
import { planOf, tasksOf } from './plan-of.ts';

/** `=` may hide a first try. */
const UNTRIED: ReadonlySet<number> = new Set([PENDING, LOST_ONCE]);
const warm = codeOfOutcome('warm');

/** What may become of a task: mostly warm, any outcome, handed back, or lost with its worker. */
const fate = fc.oneof(
  { weight: 4, arbitrary: fc.constant(warm) },
  { weight: 3, arbitrary: fc.constantFrom(...OUTCOME_NAMES.map(codeOfOutcome)) },
  { weight: 1, arbitrary: fc.constant(codeOfOutcome('connect_failed')) },
  { weight: 1, arbitrary: fc.constant(PENDING) },
);

const scenario = fc.record({
  areas: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 9 }),
  rows: fc.integer({ min: 1, max: 24 }),
  shieldedRows: fc.uniqueArray(fc.nat(23), { maxLength: 6 }),
  sizes: fc.array(fc.constantFrom(0, 5, 900, 70_000, 400_000_000), { maxLength: 24 }),
  fates: fc.infiniteStream(fate),
  deaths: fc.infiniteStream(fc.nat(9)),
  settleOldest: fc.infiniteStream(fc.boolean()),
  rebuilds: fc.infiniteStream(fc.nat(14)),
  maximumTasks: fc.integer({ min: 1, max: 30 }),
  maximumInputBytes: fc.integer({ min: 100, max: 2_000 }),
  window: fc.integer({ min: 1, max: 8 }),
});

const MAXIMUM_BYTES = 1_000_000;

test('hands out every task once unless it comes back, within its limits, and always ends', () => {
  fc.assert(
    fc.property(scenario, (given) => {
      const { rows, areas, window } = given;
      const shape = { rows, columns: areas.length, depth: 'edge' } as const;
      const isShielded = (row: number) => given.shieldedRows.includes(row);
      const limits = {
        maximumTasks: given.maximumTasks,
        maximumBytes: MAXIMUM_BYTES,
        maximumInputBytes: given.maximumInputBytes,
      };
      let grid = createTaskGrid(shape);
      let { plan, sizes } = planOf({ ...given, grid, isShielded });
      const running: PlannedBatch[] = [];
      const held = new Set<string>();
      const checks = createLeaderCheck(areas, isShielded);
      let handedBack = 0;
      let rounds = 0;

      const settle = (batch: PlannedBatch) => {
        const isLost = next(given.deaths) === 0;
        const letters = Uint8Array.from(tasksOf(batch), () => {
          const letter = next(given.fates);
          if (letter === PENDING) handedBack += 1;
          return letter;
        });
        for (const [row, column] of tasksOf(batch)) held.delete(`${row} ${column}`);
        plan.settle(batch, {
          letters: handedBack > 300 ? letters.map(warmIfPending) : letters,
          isLost,
        });
      };

      while (!plan.isExhausted()) {
        rounds += 1;
        must(rounds < 5_000, 'the plan does not end');
        for (;;) {
          const ready = plan.readyTasks();
          must(ready <= plan.remainingTasks(), 'more tasks are ready than are left');
          const batch = plan.next(limits);
          if (batch === undefined) break;
          must(ready > 0, 'nothing is ready, but a batch comes');
          mustBeWithin(batch, limits, (row) => sizes.bytesOf(row));
          checks.see(batch, grid);
          for (const [row, column] of tasksOf(batch)) {
            must(!isFinalCell(grid.cellAt(row, column)), 'a finished task is handed out');
            must(!held.has(`${row} ${column}`), 'a task is handed out twice');
            held.add(`${row} ${column}`);
          }
          running.push(batch);
          if (running.length >= window) break;
        }
        must(running.length > 0, 'tasks are left and nothing is in flight');
        must(plan.inFlightTasks() === held.size, 'tasks in flight are miscounted');
        must(
          plan.remainingTasks() + held.size === grid.pendingTasks(),
          'tasks left are miscounted',
        );
        const batch = next(given.settleOldest) ? running.shift() : running.pop();
        if (batch !== undefined) settle(batch);
        must(
          grid.warmedTasks() + grid.failedTasks() + grid.pendingTasks() === grid.totalTasks,
          'counts do not add up',
        );
        if (next(given.rebuilds) === 0) {
          for (const each of running.splice(0)) settle(each);
          grid = decodeTaskGrid(shape, grid.encode());
          ({ plan, sizes } = planOf({ ...given, grid, isShielded }));
        }
      }

      expect(grid.pendingTasks()).toBe(0);
      expect(plan.next(limits)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

function next<T>(stream: IterableIterator<T>): T {
  const step = stream.next();
  if (step.done === true) throw new Error('the stream of fates is infinite');
  return step.value;
}

function warmIfPending(letter: number): number {
  return letter === PENDING ? warm : letter;
}

function must(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}

type Limits = { readonly maximumTasks: number; readonly maximumInputBytes: number };

function mustBeWithin(
  batch: PlannedBatch,
  limits: Limits,
  bytesOf: (row: number) => number | undefined,
): void {
  const tasks = tasksOf(batch);
  const input = JSON.stringify({
    urls: batch.rows.map((row) => ({ url: 'u'.repeat(48), expectedBytes: bytesOf(row) })),
    columns: batch.columns.map(({ rows }) => ({
      pop: 'NRT57-P3',
      urls: rows.map((row) => batch.rows.indexOf(row)),
    })),
  });
  const columns = new Set(batch.columns.map(({ column }) => column));
  const rows = new Set(tasks.map(([row]) => row));
  const isSameRows = rows.size === batch.rows.length && batch.rows.every((row) => rows.has(row));

  must(tasks.length === batch.tasks && batch.tasks > 0, 'a batch miscounts its tasks');
  must(columns.size === batch.columns.length, 'a column comes twice');
  must(isSameRows, 'the rows of a batch are not those of its columns');
  must(batch.tasks <= limits.maximumTasks, 'a batch has too many tasks');
  must(batch.isLarge === batch.expectedBytes > MAXIMUM_BYTES, 'a large batch is not called so');
  must(!batch.isLarge || batch.tasks === 1, 'a large object shares its batch');
  must(
    batch.tasks === 1 || input.length <= limits.maximumInputBytes + 30,
    'a batch has too much input',
  );
}

/** Checks that followers come after a try of their leader, or after all leaders were given up. */
function createLeaderCheck(areas: readonly string[], isShielded: (row: number) => boolean) {
  return {
    see(batch: PlannedBatch, grid: TaskGrid): void {
      if (batch.kind === 'leaders') return;
      for (const [row, column] of tasksOf(batch)) {
        const group = areas.flatMap((area, other) =>
          isShielded(row) || area === areas[column] ? [other] : [],
        );
        const tried = group.filter((other) => !UNTRIED.has(grid.cellAt(row, other)));
        must(tried.length > 0, 'a follower goes before its leader');
      }
    },
  };
}

test('plans a million tasks', () => {
  const { plan } = planOf({
    rows: 10_000,
    areas: Array.from({ length: 100 }, (_, column) => `area ${column % 13}`),
    sizes: Array.from({ length: 10_000 }, (_, row) => (row * 7_919) % 100_000),
  });
  const warmLetters = new Uint8Array(1_000).fill(warm);
  let tasks = 0;

  for (
    let batch = plan.next({ maximumTasks: 1_000 });
    batch !== undefined;
    batch = plan.next({ maximumTasks: 1_000 })
  ) {
    tasks += batch.tasks;
    plan.settle(batch, { letters: warmLetters, isLost: false });
  }

  expect(tasks).toBe(1_000_000);
  expect(plan.isExhausted()).toBe(true);
});
