import { expect, test } from 'vitest';
import { codeOfOutcome } from '../../domain/cell.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import { OUTCOMES } from '../../domain/outcome.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { decodeTaskGrid } from '../../domain/task-grid.ts';
import { planOf, tasksOf } from './plan-of.ts';

const LIMITS = { maximumTasks: 1_000 };

const lettersOf = (batch: PlannedBatch, outcomeOf: (row: number, column: number) => Outcome) =>
  Uint8Array.from(tasksOf(batch), ([row, column]) => codeOfOutcome(outcomeOf(row, column)));

/** Settles all batches until nothing is left, and gives each with its tasks. */
function run(
  fill: ReturnType<typeof planOf>,
  outcomeOf: (row: number, column: number) => Outcome,
): readonly PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  for (let batch = fill.plan.next(LIMITS); batch !== undefined; batch = fill.plan.next(LIMITS)) {
    batches.push(batch);
    fill.plan.settle(batch, { letters: lettersOf(batch, outcomeOf), isLost: false });
  }
  return batches;
}

test('sends one leader an area and URL first, each POP in turn', () => {
  const { plan } = planOf({ rows: 4, areas: ['a', 'a', 'b', 'b'] });

  const batch = plan.next(LIMITS);

  expect(batch?.kind).toBe('leaders');
  expect(batch?.columns).toEqual([
    { column: 0, rows: [0, 2], urls: [0, 1] },
    { column: 1, rows: [1, 3], urls: [2, 3] },
    { column: 2, rows: [0, 2], urls: [0, 1] },
    { column: 3, rows: [1, 3], urls: [2, 3] },
  ]);
  expect(batch?.rows).toEqual([0, 2, 1, 3]);
  expect(plan.next(LIMITS)).toBeUndefined();
});

test('says how many tasks may go: the leaders that wait, then their followers', () => {
  const fill = planOf({ rows: 4, areas: ['a', 'a', 'a', 'b'] });
  const atFirst = fill.plan.readyTasks();
  const batch = fill.plan.next({ maximumTasks: 6 });
  const afterSix = fill.plan.readyTasks();
  const rest = fill.plan.next(LIMITS);
  for (const each of [batch, rest]) {
    if (each === undefined) throw new Error('two batches of leaders were expected');
    fill.plan.settle(each, { letters: lettersOf(each, () => 'warm'), isLost: false });
  }

  expect([atFirst, afterSix]).toEqual([8, 2]);
  expect(fill.plan.readyTasks()).toBe(8);
});

test('begins each next batch in another area', () => {
  const { plan } = planOf({ rows: 4, areas: ['a', 'a', 'b', 'b'] });

  const first = [0, 1, 2, 3].map(() => plan.next({ maximumTasks: 2 })?.columns[0]?.column);

  expect(first).toEqual([0, 2, 1, 3]);
});

test('sends one leader in all where the distribution has Origin Shield', () => {
  const { plan } = planOf({ rows: 3, areas: ['a', 'a', 'b'], isShielded: (row) => row > 0 });

  const batch = plan.next(LIMITS);

  expect(batch && new Set(tasksOf(batch).map(String))).toEqual(
    new Set(['0,0', '0,2', '1,1', '2,2']),
  );
});

test('lets the followers go after their leader, largest objects first', () => {
  const fill = planOf({ rows: 3, areas: ['a', 'a'], sizes: [10, 5_000, 200] });
  const leaders = fill.plan.next(LIMITS);

  if (leaders)
    fill.plan.settle(leaders, { letters: lettersOf(leaders, () => 'warm'), isLost: false });
  const followers = fill.plan.next(LIMITS);

  expect(followers?.kind).toBe('followers');
  expect(followers?.columns).toEqual([
    { column: 0, rows: [1], urls: [0] },
    { column: 1, rows: [2, 0], urls: [1, 2] },
  ]);
});

test('gives a known object larger than a batch a batch of its own', () => {
  const { plan } = planOf({ rows: 3, areas: ['a'], sizes: [10, 600, 20] });

  const batches = [0, 1, 2].map(() => plan.next({ maximumTasks: 10, maximumBytes: 500 }));

  expect(batches.map((batch) => [batch?.rows, batch?.isLarge])).toEqual([
    [[0], false],
    [[1], true],
    [[2], false],
  ]);
});

test('replaces a leader once that failed for a reason of its own POP, then lets the followers go', () => {
  const fill = planOf({ rows: 1, areas: ['a', 'a', 'a', 'a'] });

  const batches = run(fill, (_, column) => (column < 2 ? 'wrong_pop' : 'warm'));

  expect(batches.map((batch) => [batch.kind, tasksOf(batch)])).toEqual([
    ['leaders', [[0, 0]]],
    ['leaders', [[0, 1]]],
    [
      'followers',
      [
        [0, 2],
        [0, 3],
      ],
    ],
    [
      'retries',
      [
        [0, 0],
        [0, 1],
      ],
    ],
  ]);
  expect(fill.grid.encode()).toBe('2p2w');
});

test.each<Outcome>(['not_found', 'redirected', 'edge_generated'])(
  'closes a URL as %s when a second POP confirms it',
  (outcome) => {
    const fill = planOf({ rows: 1, areas: ['a', 'a', 'b', 'b', 'c'] });
    const first = fill.plan.next({ maximumTasks: 1 });
    const second = fill.plan.next({ maximumTasks: 1 });

    for (const batch of [first, second]) {
      if (batch)
        fill.plan.settle(batch, { letters: lettersOf(batch, () => outcome), isLost: false });
    }

    expect(second && tasksOf(second)).toEqual([[0, 2]]);
    expect(fill.grid.encode()).toBe(`5${OUTCOMES[outcome].letter}`);
    expect(fill.plan.isExhausted()).toBe(true);
  },
);

test('confirms a missing URL at another POP of the area where there is no other area', () => {
  const fill = planOf({ rows: 1, areas: ['a', 'a', 'a', 'a'] });

  const batches = run(fill, () => 'not_found');

  expect(batches.map(tasksOf)).toEqual([[[0, 0]], [[0, 1]]]);
  expect(fill.grid.encode()).toBe('4m');
});

test('keeps a URL open that is missing at one POP only', () => {
  const fill = planOf({ rows: 1, areas: ['a', 'a', 'a'] });

  run(fill, (_, column) => (column === 0 ? 'not_found' : 'warm'));

  expect(fill.grid.encode()).toBe('m2w');
});

test.each<Outcome>(['not_cacheable', 'too_large'])('closes a URL at once as %s', (outcome) => {
  const fill = planOf({ rows: 2, areas: ['a', 'a', 'a'] });

  run(fill, (row) => (row === 0 ? outcome : 'warm'));

  expect(fill.grid.encode()).toBe(`3${OUTCOMES[outcome].letter}3w`);
});

test('lets no single POP close a URL that is warm elsewhere', () => {
  const fill = planOf({ rows: 1, areas: ['a', 'b', 'b'] });

  run(fill, (_, column) => (column === 1 ? 'not_cacheable' : 'warm'));

  expect(fill.grid.encode()).toBe('wnw');
});

test('gives up a POP whose first sixteen tries all failed to connect', () => {
  const fill = planOf({ rows: 40, areas: ['a', 'a'] });

  const batches = run(fill, (_, column) => (column === 1 ? 'connect_failed' : 'warm'));

  const probes = batches.flatMap(tasksOf).filter(([, column]) => column === 1);
  expect(probes).toHaveLength(16);
  expect(fill.grid.tasksInColumn(1, 'connect_failed')).toBe(16);
  expect(fill.grid.tasksInColumn(1, 'pop_unreachable')).toBe(24);
  expect(fill.grid.warmedInColumn(0)).toBe(40);
});

test('keeps a POP that answered once, however often it fails to connect', () => {
  const fill = planOf({ rows: 40, areas: ['a'] });

  const batches = run(fill, (row) => (row === 3 ? 'timed_out' : 'connect_failed'));

  expect(batches.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(80);
  expect(fill.grid.tasksWith('pop_unreachable')).toBe(0);
});

test('tries a task again that was handed back, without counting it', () => {
  const fill = planOf({ rows: 1, areas: ['a'] });

  for (let round = 0; round < 5; round += 1) {
    const batch = fill.plan.next(LIMITS);
    if (batch) fill.plan.giveBack(batch);
  }
  run(fill, () => 'warm');

  expect(fill.grid.encode()).toBe('w');
});

test('gives a task up when three workers died with it, and takes a letter it does not know as a death', () => {
  const fill = planOf({ rows: 1, areas: ['a'] });
  const letters = ['', '?', ''].map((text) => Uint8Array.from(text, (each) => each.charCodeAt(0)));

  for (const each of letters) {
    const batch = fill.plan.next(LIMITS);
    if (batch) fill.plan.settle(batch, { letters: each, isLost: each.length === 0 });
  }

  expect(fill.grid.encode()).toBe('b');
  expect(fill.plan.isExhausted()).toBe(true);
});

test.each([
  ['nothing is left of some URLs', '2h2.2h', ['leaders 1,1']],
  ['a URL has had its leader', '2.w.2.', ['leaders 0,0 2,0', 'followers 1,1']],
  ['a first leader failed', '2.P.2.', ['leaders 0,0 2,0 1,1']],
  ['two leaders failed', '2.2P2.', ['leaders 0,0 2,0', 'retries 1,0 1,1']],
  ['a leader was lost', '2.-.2.', ['leaders 0,0 2,0 1,1']],
])('goes on with a grid of which %s', (_title, text, expected) => {
  const grid = decodeTaskGrid({ rows: 3, columns: 2, depth: 'edge' }, text);
  const { plan } = planOf({ rows: 3, areas: ['a', 'a'], grid });

  const batches = [plan.next(LIMITS), plan.next(LIMITS)].flatMap((batch) => batch ?? []);

  expect(batches.map((batch) => [batch.kind, ...tasksOf(batch).map(String)].join(' '))).toEqual(
    expected,
  );
});

test.each([
  ['the only POP that has tasks', '.3w', [60]],
  ['two POPs that have tasks', '2.2w', [30, 30]],
])('fills a batch as large as it is asked for from %s', (_title, row, expected) => {
  const shape = { rows: 93, columns: 4, depth: 'edge' } as const;
  const grid = decodeTaskGrid(shape, `4w${row.repeat(92)}`);
  const { plan } = planOf({ rows: 93, areas: ['a', 'b', 'c', 'd'], grid });

  const batch = plan.next({ maximumTasks: 60 });

  expect(batch?.columns.map(({ rows }) => rows.length)).toEqual(expected);
});

test('cuts a batch at the bytes of its input', () => {
  const { plan } = planOf({ rows: 100, areas: ['a'], urlBytes: 1_000 });

  const batch = plan.next({ maximumTasks: 100, maximumInputBytes: 10_500 });

  expect(batch?.tasks).toBe(9);
});
