import type { AreaLayout } from './area-layout.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import type { ColumnWatch } from './column-watch.ts';
import { NumberQueue, Rotation } from './task-source.ts';
import type { TaskSource } from './task-source.ts';

/** Hands out what is tried again, column by column, in the order in which it came back. */
export class RetryQueue implements TaskSource {
  readonly #cells: CellsInFlight;
  readonly #queues: readonly NumberQueue[];
  readonly #rotation: Rotation;
  #entries = 0;

  constructor(layout: AreaLayout, cells: CellsInFlight) {
    this.#cells = cells;
    this.#queues = layout.interleaved.map(() => new NumberQueue());
    this.#rotation = new Rotation(layout.interleaved);
  }

  entries(): number {
    return this.#entries;
  }

  /** Adds a cell at the end of its column's queue. */
  add(row: number, column: number): void {
    this.#queues[column]?.push(row);
    this.#entries += 1;
  }

  findColumn(watch: ColumnWatch): number | undefined {
    return this.#rotation.find(
      (column) => watch.hasRoom(column) && this.#first(column) !== undefined,
    );
  }

  take(column: number, batch: BatchBuilder): boolean {
    const row = this.#first(column);
    if (row === undefined || !batch.add(row)) return false;
    this.#drop(column);
    return true;
  }

  #first(column: number): number | undefined {
    for (;;) {
      const row = this.#queues[column]?.first();
      if (row === undefined || this.#cells.isFree(row, column)) return row;
      this.#drop(column);
    }
  }

  #drop(column: number): void {
    this.#queues[column]?.drop();
    this.#entries -= 1;
  }
}
