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
        expect(rounds).toBeLessThan(5_000);
        for (let batch = plan.next(limits); batch !== undefined; batch = plan.next(limits)) {
          expectWithin(batch, limits, sizes.bytesOf);
          checks.see(batch, grid);
          for (const [row, column] of tasksOf(batch)) {
            expect(isFinalCell(grid.cellAt(row, column))).toBe(false);
            expect(held.has(`${row} ${column}`)).toBe(false);
            held.add(`${row} ${column}`);
          }
          running.push(batch);
          if (running.length >= window) break;
        }
        expect(running.length).toBeGreaterThan(0);
        expect(plan.inFlightTasks()).toBe(held.size);
        expect(plan.remainingTasks() + held.size).toBe(grid.pendingTasks());
        const batch = next(given.settleOldest) ? running.shift() : running.pop();
        if (batch !== undefined) settle(batch);
        expect(grid.warmedTasks() + grid.failedTasks() + grid.pendingTasks()).toBe(grid.totalTasks);
        if (next(given.rebuilds) === 0) {
          for (const each of running.splice(0)) settle(each);
          grid = decodeTaskGrid(shape, grid.encode());
          ({ plan, sizes } = planOf({ ...given, grid, isShielded }));
        }
      }

      expect(running.every(({ tasks }) => tasks === 0)).toBe(running.length === 0);
      expect(grid.pendingTasks()).toBe(0);
      expect(plan.next(limits)).toBeUndefined();
    }),
    { numRuns: 200 },
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

function expectWithin(
  batch: PlannedBatch,
  limits: { readonly maximumTasks: number; readonly maximumInputBytes: number },
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

  expect(tasks).toHaveLength(batch.tasks);
  expect(batch.tasks).toBeGreaterThan(0);
  expect(new Set(batch.columns.map(({ column }) => column)).size).toBe(batch.columns.length);
  expect(new Set(tasks.map(([row]) => row))).toEqual(new Set(batch.rows));
  expect(batch.tasks).toBeLessThanOrEqual(limits.maximumTasks);
  expect(batch.isLarge).toBe(batch.expectedBytes > MAXIMUM_BYTES);
  expect(batch.isLarge && batch.tasks > 1).toBe(false);
  expect(batch.tasks === 1 || input.length <= limits.maximumInputBytes + 30).toBe(true);
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
        expect(tried.length).toBeGreaterThan(0);
      }
    },
  };
}

test('plans two million tasks in a few seconds and little memory', () => {
  const { plan } = planOf({
    rows: 20_000,
    areas: Array.from({ length: 100 }, (_, column) => `area ${column % 13}`),
    sizes: Array.from({ length: 20_000 }, (_, row) => (row * 7_919) % 100_000),
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

  expect(tasks).toBe(2_000_000);
  expect(plan.isExhausted()).toBe(true);
});
