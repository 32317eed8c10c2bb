import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOfOutcome, firstTryOfCell, isFinalCell, outcomeOfCell } from '../../domain/cell.ts';
import { OUTCOMES, OUTCOME_NAMES, countsAsWarmed } from '../../domain/outcome.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { createTaskGrid, decodeTaskGrid } from '../../domain/task-grid.ts';

const oneCell = () => createTaskGrid({ rows: 1, columns: 1, depth: 'edge' });

test('tells every outcome by its own lower-case letter', () => {
  const letters = OUTCOME_NAMES.map((outcome) => OUTCOMES[outcome].letter);

  expect(new Set(letters).size).toBe(Object.keys(OUTCOMES).length);
  expect(letters.join('')).toMatch(/^[a-z]+$/);
});

test.each<[string, readonly (Outcome | 'lost')[], string]>([
  ['keeps a final outcome', ['warm'], 'w'],
  ['keeps the first try of a retryable outcome in upper case', ['connect_failed'], 'C'],
  ['ends with the second try', ['connect_failed', 'timed_out'], 'q'],
  ['ends warm when the second try is', ['server_error', 'warm'], 'w'],
  ['counts a first death', ['lost'], '-'],
  ['counts a second death', ['lost', 'lost'], '='],
  ['gives up at the third death', ['lost', 'lost', 'lost'], 'b'],
  ['takes any outcome after a death as final', ['lost', 'timed_out'], 'q'],
  ['takes any outcome after two deaths as final', ['lost', 'lost', 'connect_failed'], 'c'],
  ['counts a death after a first try as the second', ['wrong_pop', 'lost'], '='],
  ['never leaves a final outcome', ['warm', 'timed_out', 'lost'], 'w'],
])('%s', (_title, events, letter) => {
  const grid = oneCell();

  for (const event of events) {
    if (event === 'lost') grid.recordLoss(0, 0);
    else grid.recordOutcome(0, 0, codeOfOutcome(event));
  }

  expect(grid.encode()).toBe(letter);
});

test('ends every cell after at most four tries, whatever happens', () => {
  const event = fc.constantFrom<Outcome | 'lost'>('lost', ...OUTCOME_NAMES);
  fc.assert(
    fc.property(fc.array(event, { minLength: 4, maxLength: 4 }), (events) => {
      const grid = oneCell();

      for (const happened of events) {
        if (happened === 'lost') grid.recordLoss(0, 0);
        else grid.recordOutcome(0, 0, codeOfOutcome(happened));
      }

      expect(isFinalCell(grid.cellAt(0, 0))).toBe(true);
    }),
  );
});

test('at the close makes first tries final and leaves untried cells pending', () => {
  const grid = decodeTaskGrid({ rows: 1, columns: 5, depth: 'edge' }, '.-=Cw');

  grid.settlePending();

  expect(grid.encode()).toBe('.-=cw');
  expect(grid.pendingTasks()).toBe(3);
});

test('closes what is pending and nothing else', () => {
  const grid = decodeTaskGrid({ rows: 2, columns: 3, depth: 'edge' }, 'wC..v-');

  grid.closeRow(0, 'not_found');
  grid.close(1, 1, 'pop_unreachable');
  grid.close(1, 2, 'pop_unreachable');

  expect(grid.encode()).toBe('w2m.va');
});

test('counts regional as warmed at depth regional only', () => {
  const counts = (['edge', 'regional'] as const).map((depth) =>
    decodeTaskGrid({ rows: 1, columns: 3, depth }, 'rwm').warmedTasks(),
  );

  expect(counts).toEqual([1, 2]);
});

test('encodes a page of rows', () => {
  const grid = decodeTaskGrid({ rows: 3, columns: 2, depth: 'edge' }, 'wwffnn');

  expect(grid.encode(1, 1)).toBe('2f');
  expect(grid.encode(1, 10)).toBe('2f2n');
});

test.each([
  ['5w', 'holds 5 cells, not 4'],
  ['3w', 'holds 3 cells, not 4'],
  ['3wz', 'unknown letter z'],
  ['3wW', 'unknown letter W'],
])('refuses the text %j', (text, fault) => {
  const shape = { rows: 2, columns: 2, depth: 'edge' } as const;

  expect(() => decodeTaskGrid(shape, text)).toThrow(text === '5w' ? 'more than the 4' : fault);
});

test('keeps counts that always add up, and survives encoding', () => {
  const change = fc.record({
    row: fc.nat(3),
    column: fc.nat(4),
    event: fc.constantFrom<Outcome | 'lost' | 'close' | 'settle'>(
      'lost',
      'close',
      'settle',
      ...OUTCOME_NAMES,
    ),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const shape = { rows: 4, columns: 5, depth: 'edge' } as const;
      const grid = createTaskGrid(shape);

      for (const { row, column, event } of changes) {
        if (event === 'lost') grid.recordLoss(row, column);
        else if (event === 'close') grid.close(row, column, 'not_found');
        else if (event === 'settle') grid.settlePending();
        else grid.recordOutcome(row, column, codeOfOutcome(event));
      }

      const copy = decodeTaskGrid(shape, grid.encode());
      expect(copy.encode()).toBe(grid.encode());
      for (const each of [grid, copy]) expectTrueCounts(each);
    }),
  );
});

function expectTrueCounts(grid: ReturnType<typeof createTaskGrid>): void {
  const cells = Array.from({ length: grid.totalTasks }, (_, index) => ({
    row: Math.floor(index / grid.columns),
    column: index % grid.columns,
    cell: grid.cellAt(Math.floor(index / grid.columns), index % grid.columns),
  }));
  const isWarmed = (cell: number) => {
    const outcome = outcomeOfCell(cell);
    return outcome !== undefined && countsAsWarmed(outcome, grid.depth);
  };
  const warmed = cells.filter(({ cell }) => isWarmed(cell));
  const pending = cells.filter(({ cell }) => !isFinalCell(cell));

  expect(grid.warmedTasks()).toBe(warmed.length);
  expect(grid.pendingTasks()).toBe(pending.length);
  expect(grid.warmedTasks() + grid.failedTasks() + grid.pendingTasks()).toBe(grid.totalTasks);
  const finished = OUTCOME_NAMES.reduce((sum, outcome) => sum + grid.tasksWith(outcome), 0);
  expect(finished + grid.pendingTasks()).toBe(grid.totalTasks);
  for (let row = 0; row < grid.rows; row += 1) {
    expect(grid.warmedInRow(row)).toBe(warmed.filter((each) => each.row === row).length);
    expect(grid.pendingInRow(row)).toBe(pending.filter((each) => each.row === row).length);
  }
  for (let column = 0; column < grid.columns; column += 1) {
    expect(grid.warmedInColumn(column)).toBe(
      warmed.filter((each) => each.column === column).length,
    );
    expect(grid.pendingInColumn(column)).toBe(
      pending.filter((each) => each.column === column).length,
    );
    expect(grid.tasksInColumn(column, 'not_found')).toBe(
      cells.filter((each) => each.column === column && outcomeOfCell(each.cell) === 'not_found')
        .length,
    );
  }
}

test('names the first try of a pending cell', () => {
  expect(firstTryOfCell('C'.charCodeAt(0))).toBe('connect_failed');
  expect(firstTryOfCell('.'.charCodeAt(0))).toBeUndefined();
  expect(firstTryOfCell('c'.charCodeAt(0))).toBeUndefined();
});
