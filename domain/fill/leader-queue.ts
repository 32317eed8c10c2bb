import type { AreaLayout } from './area-layout.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { CellsInFlight } from './cells-in-flight.ts';
import type { ColumnWatch } from './column-watch.ts';
import { FirstRows } from './first-rows.ts';
import type { FollowerQueue } from './follower-queue.ts';
import { NumberQueue, Rotation } from './task-source.ts';
import type { TaskSource } from './task-source.ts';

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
  /** Told once of each group, when its followers may go. */
  readonly followers: FollowerQueue;
};

/**
 * Hands out one leader for each group, and says when its followers may go.
 *
 * A group's first leader follows from its row: the load spreads, and first leaders need no list.
 * Replacements do: they queue behind the first ones.
 */
export class LeaderQueue implements TaskSource {
  readonly #layout: AreaLayout;
  readonly #cells: CellsInFlight;
  readonly #followers: FollowerQueue;
  readonly #states: Uint8Array;
  /** First leaders in areas, and in the whole request; which of the two counts is the row's matter. */
  readonly #firstsInArea: FirstRows;
  readonly #firstsInRequest: FirstRows;
  readonly #replacements: readonly NumberQueue[];
  readonly #rotation: Rotation;
  #replacementsLeft = 0;
  #waiting: number;

  /** Every group waits for its first leader. */
  constructor({ rows, layout, cells, followers }: LeaderQueueInput) {
    this.#layout = layout;
    this.#cells = cells;
    this.#followers = followers;
    this.#states = new Uint8Array(rows * layout.groups);
    this.#firstsInArea = new FirstRows(rows, layout.areas);
    this.#firstsInRequest = new FirstRows(rows, [layout.columnsOf(layout.wholeGroup)]);
    this.#replacements = layout.interleaved.map(() => new NumberQueue());
    this.#rotation = new Rotation(layout.interleaved);
    this.#waiting = layout.totalGroups;
  }

  entries(): number {
    return this.#firstsInArea.left + this.#firstsInRequest.left + this.#replacementsLeft;
  }

  /** Groups that wait for a leader to be handed out. */
  waiting(): number {
    return this.#waiting;
  }

  findColumn(watch: ColumnWatch): number | undefined {
    const leads = (column: number) => watch.hasRoom(column) && this.#firstRow(column) !== undefined;
    const column = this.#rotation.find(leads);
    if (column !== undefined || this.entries() === 0) return column;
    // The search may have appointed a leader at a column it had already passed.
    return this.#rotation.find(leads);
  }

  take(column: number, batch: BatchBuilder): boolean {
    const row = this.#firstRow(column);
    if (row === undefined || !batch.add(row)) return false;
    this.#drop(column);
    const group = this.#layout.groupOf(row, column);
    this.#setState(row, group, LEADER_IN_FLIGHT + this.#failedLeaders(row, group));
    return true;
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
    this.#followers.open(row, group);
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
    for (;;) {
      const firsts = this.#firstsLeft(column);
      const row = firsts?.first(column) ?? this.#replacements[column]?.first();
      if (row === undefined) return undefined;
      const group = this.#layout.groupOf(row, column);
      const state = this.#state(row, group);
      const isWaiting =
        firsts === undefined
          ? isQueued(state)
          : this.#areOf(firsts, group) && state < LEADER_IN_FLIGHT;
      if (isWaiting && this.#cells.mayLead(row, column)) return row;
      this.#drop(column);
      if (isWaiting) this.#appoint(row, group, state % LEADER_IN_FLIGHT);
    }
  }

  /** The first leaders of which a column has some left; undefined where only replacements may be. */
  #firstsLeft(column: number): FirstRows | undefined {
    if (this.#firstsInArea.first(column) !== undefined) return this.#firstsInArea;
    return this.#firstsInRequest.first(column) === undefined ? undefined : this.#firstsInRequest;
  }

  #areOf(firsts: FirstRows, group: number): boolean {
    return (firsts === this.#firstsInRequest) === (group === this.#layout.wholeGroup);
  }

  #drop(column: number): void {
    const firsts = this.#firstsLeft(column);
    if (firsts !== undefined) {
      firsts.drop(column);
    } else {
      this.#replacements[column]?.drop();
      this.#replacementsLeft -= 1;
    }
  }

  /** Queues the group's next possible leader; opens the group when there is none. */
  #appoint(row: number, group: number, failedLeaders: number): void {
    const columns = this.#layout.columnsOf(group);
    for (let step = 0; step < columns.length; step += 1) {
      const column = columns[(row + step) % columns.length] ?? 0;
      if (!this.#cells.mayLead(row, column)) continue;
      this.#setState(row, group, LEADER_QUEUED + failedLeaders);
      this.#replacements[column]?.push(row);
      this.#replacementsLeft += 1;
      return;
    }
    this.open(row, group);
  }

  #state(row: number, group: number): number {
    return this.#states[row * this.#layout.groups + group] ?? OPEN;
  }

  #setState(row: number, group: number, state: number): void {
    this.#waiting +=
      Number(waitsForLeader(state)) - Number(waitsForLeader(this.#state(row, group)));
    this.#states[row * this.#layout.groups + group] = state;
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
