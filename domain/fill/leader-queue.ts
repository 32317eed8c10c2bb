import type { AreaLayout } from './area-layout.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import { NumberQueue, createRotation } from './task-source.ts';
import type { Rotation, TaskSource } from './task-source.ts';

/** Leaders that may fail for a reason of their own POP before the followers go anyway. */
const MAXIMUM_FAILED_LEADERS = 2;

/** State of a group: its failed leaders while it waits for its first, and on top one of these. */
const LEADER_IN_FLIGHT = 4;
const LEADER_QUEUED = 8;
const OPEN = 16;

/** What a leader queue needs. */
export type LeaderQueueInput = {
  readonly rows: number;
  readonly layout: AreaLayout;
  readonly cells: CellsInFlight;
  /** Called once for each group, when its followers may go. */
  readonly onOpen: (row: number, group: number) => void;
};

/** The rows that a column leads first in one of its groups: `next`, `next + stride`, ... */
type FirstRows = { readonly group: number; readonly stride: number; next: number; left: number };

/**
 * Hands out one leader for each group, and says when its followers may go.
 *
 * Column `i` of an area of `n` leads the rows `i`, `i + n`, ...: the load spreads, and the first
 * leaders need no list. Replacements do: they queue behind the first ones.
 */
export class LeaderQueue implements TaskSource {
  readonly #input: LeaderQueueInput;
  readonly #states: Uint8Array;
  readonly #firsts: readonly (readonly FirstRows[])[];
  readonly #replacements: readonly NumberQueue[];
  readonly #rotation: Rotation;
  #entries: number;
  #waiting = 0;

  /** Every group waits for its first leader. */
  constructor(input: LeaderQueueInput) {
    const { rows, layout } = input;
    this.#input = input;
    this.#states = new Uint8Array(rows * layout.groups);
    this.#firsts = layout.interleaved.map((_, column) => firstRows(layout, column, rows));
    this.#replacements = layout.interleaved.map(() => new NumberQueue());
    this.#rotation = createRotation(layout.interleaved);
    this.#entries = this.#firsts.flat().reduce((sum, { left }) => sum + left, 0);
    for (let row = 0; row < rows; row += 1) this.#waiting += layout.groupsOf(row).length;
  }

  entries(): number {
    return this.#entries;
  }

  /** Groups that wait for a leader to be handed out. */
  waiting(): number {
    return this.#waiting;
  }

  findColumn(hasRoom: (column: number) => boolean): number | undefined {
    const leads = (column: number) => hasRoom(column) && this.#firstRow(column) !== undefined;
    const column = this.#rotation.find(leads);
    if (column !== undefined || this.#entries === 0) return column;
    // The search may have appointed a leader at a column it had already passed.
    return this.#rotation.find(leads);
  }

  take(column: number, fits: (row: number) => boolean): number | undefined {
    const row = this.#firstRow(column);
    if (row === undefined || !fits(row)) return undefined;
    this.#drop(column);
    const group = this.#input.layout.groupOf(row, column);
    this.#setState(row, group, LEADER_IN_FLIGHT + this.#failedLeaders(row, group));
    return row;
  }

  /** Whether a group's leader is in flight: the only cell of the group that can be. */
  isLeading(row: number, group: number): boolean {
    const state = this.#state(row, group);
    return state >= LEADER_IN_FLIGHT && state < LEADER_QUEUED;
  }

  /** Lets the followers go: the leader reached the regional edge cache, or nothing can lead. */
  open(row: number, group: number): void {
    if (this.#state(row, group) === OPEN) return;
    this.#setState(row, group, OPEN);
    this.#input.onOpen(row, group);
  }

  /** Notes leaders that failed for a reason of their own POP: one is replaced, then the group opens. */
  noteFailedLeaders(row: number, group: number, failed: number): void {
    const sum = this.#failedLeaders(row, group) + failed;
    if (sum >= MAXIMUM_FAILED_LEADERS) this.open(row, group);
    else this.#appoint(row, group, sum);
  }

  /** Plans a leader again that came back without outcome. */
  putBack(row: number, group: number): void {
    this.#appoint(row, group, this.#failedLeaders(row, group));
  }

  /** The next row that a column leads; drops what became stale before it. */
  #firstRow(column: number): number | undefined {
    const { layout, cells } = this.#input;
    for (;;) {
      const first = this.#firstsLeft(column);
      const row = first?.next ?? this.#replacements[column]?.first();
      if (row === undefined) return undefined;
      const group = layout.groupOf(row, column);
      const state = this.#state(row, group);
      const isFirstOfGroup = first?.group === group && state < LEADER_IN_FLIGHT;
      const isWaiting = first === undefined ? isQueued(state) : isFirstOfGroup;
      if (isWaiting && cells.mayLead(row, column)) return row;
      this.#drop(column);
      if (isWaiting) this.#appoint(row, group, state % LEADER_IN_FLIGHT);
    }
  }

  /** The series that the next entry of a column is of; undefined where only replacements may be left. */
  #firstsLeft(column: number): FirstRows | undefined {
    // A loop, and no list of entries: it is asked several times for each leader.
    for (const series of this.#firsts[column] ?? []) if (series.left > 0) return series;
    return undefined;
  }

  #drop(column: number): void {
    const first = this.#firstsLeft(column);
    if (first === undefined) {
      this.#replacements[column]?.drop();
    } else {
      first.next += first.stride;
      first.left -= 1;
    }
    this.#entries -= 1;
  }

  /** Queues the group's next possible leader; opens the group when there is none. */
  #appoint(row: number, group: number, failedLeaders: number): void {
    const { layout, cells } = this.#input;
    const columns = layout.columnsOf(group);
    for (let step = 0; step < columns.length; step += 1) {
      const column = columns[(row + step) % columns.length] ?? 0;
      if (!cells.mayLead(row, column)) continue;
      this.#setState(row, group, LEADER_QUEUED + failedLeaders);
      this.#replacements[column]?.push(row);
      this.#entries += 1;
      return;
    }
    this.open(row, group);
  }

  #state(row: number, group: number): number {
    return this.#states[row * this.#input.layout.groups + group] ?? OPEN;
  }

  #setState(row: number, group: number, state: number): void {
    this.#waiting +=
      Number(waitsForLeader(state)) - Number(waitsForLeader(this.#state(row, group)));
    this.#states[row * this.#input.layout.groups + group] = state;
  }

  #failedLeaders(row: number, group: number): number {
    return this.#state(row, group) % LEADER_IN_FLIGHT;
  }
}

function waitsForLeader(state: number): boolean {
  return state < LEADER_IN_FLIGHT || isQueued(state);
}

function isQueued(state: number): boolean {
  return state >= LEADER_QUEUED && state < OPEN;
}

/** One series in the column's area, one in the whole request; which one counts is the row's matter. */
function firstRows(layout: AreaLayout, column: number, rows: number): readonly FirstRows[] {
  return layout.groupsOfColumn(column).map((group) => {
    const columns = layout.columnsOf(group);
    const next = columns.indexOf(column);
    const left = Math.max(0, Math.ceil((rows - next) / columns.length));
    return { group, stride: columns.length, next, left };
  });
}
