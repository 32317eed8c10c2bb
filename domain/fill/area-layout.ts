/**
 * Which POPs share a regional edge cache, URL by URL.
 *
 * A group is the cells of one URL that one leader serves: those of one regional area, or all of them
 * where the distribution has Origin Shield. Groups are numbered by area; the last number is the
 * whole request.
 */
export interface AreaLayout {
  readonly columns: number;
  /** Group numbers are below this. */
  readonly groups: number;
  /** The group of a cell. */
  readonly groupOf: (row: number, column: number) => number;
  /** The groups that the cells of a URL form. */
  readonly groupsOf: (row: number) => readonly number[];
  readonly columnsOf: (group: number) => readonly number[];
  /** The two groups a column can be in: its area, and the whole request. */
  readonly groupsOfColumn: (column: number) => readonly number[];
  /** Columns with neighbours in different areas: the order in which batches begin. */
  readonly interleaved: readonly number[];
  /** A column, the rest of its area, and then the other areas: the order in which a batch goes on. */
  readonly goingOnFrom: (column: number) => Generator<number, void>;
}

/** What a layout is made of. */
export type AreaLayoutInput = {
  readonly columns: number;
  /** Name of the regional area behind a POP. */
  readonly areaOfColumn: (column: number) => string;
  /** Whether a URL's distribution has Origin Shield. */
  readonly isShieldedRow: (row: number) => boolean;
};

/** Sorts the columns of a request into regional areas, in the order of their first POPs. */
export function createAreaLayout(input: AreaLayoutInput): AreaLayout {
  const { columns, isShieldedRow } = input;
  const areas = columnsByArea(input);
  const whole = areas.length;
  const all = Array.from({ length: columns }, (_, column) => column);
  const members = [...areas, all];
  const areaNumbers = areas.map((_, area) => area);
  const areaOf = new Int32Array(columns);
  for (const [area, list] of areas.entries()) {
    for (const column of list) areaOf[column] = area;
  }
  const areaOfIndex = (column: number) => areaOf[column] ?? 0;

  const groupsOfColumn = all.map((column) => [areaOfIndex(column), whole] as const);

  return {
    columns,
    groups: whole + 1,
    groupOf: (row, column) => (isShieldedRow(row) ? whole : areaOfIndex(column)),
    groupsOf: (row) => (isShieldedRow(row) ? [whole] : areaNumbers),
    columnsOf: (group) => members[group] ?? [],
    groupsOfColumn: (column) => groupsOfColumn[column] ?? [0, whole],
    interleaved: interleave(areas),
    *goingOnFrom(column) {
      const area = areaOfIndex(column);
      const start = areas[area]?.indexOf(column) ?? 0;
      yield* rotated(areas[area] ?? [], start);
      for (const other of rotated(areas, area).slice(1)) yield* other;
    },
  };
}

function columnsByArea({ columns, areaOfColumn }: AreaLayoutInput): readonly number[][] {
  const byName = new Map<string, number[]>();
  for (let column = 0; column < columns; column += 1) {
    const name = areaOfColumn(column);
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [column]);
    else list.push(column);
  }
  return [...byName.values()];
}

function interleave(areas: readonly (readonly number[])[]): readonly number[] {
  const order: number[] = [];
  const longest = areas.reduce((length, list) => Math.max(length, list.length), 0);
  for (let place = 0; place < longest; place += 1) {
    for (const list of areas) {
      const column = list[place];
      if (column !== undefined) order.push(column);
    }
  }
  return order;
}

function rotated<T>(list: readonly T[], start: number): readonly T[] {
  return [...list.slice(start), ...list.slice(0, start)];
}
