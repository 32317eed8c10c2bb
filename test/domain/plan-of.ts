import { FillPlan } from '../../domain/fill-plan.ts';
import type { PlannedBatch } from '../../domain/fill-plan.ts';
import { createSizeTable } from '../../domain/sizes.ts';
import { createTaskGrid } from '../../domain/task-grid.ts';
import type { TaskGrid } from '../../domain/task-grid.ts';

/** A plan with its grid and sizes; one area name for each column. */
export function planOf(options: {
  readonly rows: number;
  readonly areas: readonly string[];
  readonly isShielded?: (row: number) => boolean;
  readonly sizes?: readonly number[];
  readonly urlBytes?: number;
  readonly grid?: TaskGrid;
}) {
  const { rows, areas } = options;
  const grid = options.grid ?? createTaskGrid({ rows, columns: areas.length, depth: 'edge' });
  const sizes = createSizeTable(rows);
  for (const [row, bytes] of (options.sizes ?? []).entries()) sizes.record(row, bytes);
  const plan = new FillPlan({
    grid,
    areaOfColumn: (column) => areas[column] ?? '',
    isShieldedRow: options.isShielded ?? (() => false),
    sizes,
    urlBytes: () => options.urlBytes ?? 50,
  });
  return { grid, sizes, plan };
}

/** The tasks of a batch in order, as row and column. */
export function tasksOf(batch: PlannedBatch): readonly (readonly [number, number])[] {
  return batch.columns.flatMap(({ column, rows }) => rows.map((row) => [row, column] as const));
}
