/** What a layout is made of. */
export type AreaLayoutInput = {
  readonly rows: number;
  readonly columns: number;
  /** Name of the regional area behind a POP. */
  readonly areaOfColumn: (column: number) => string;
  /** Whether a URL's distribution has Origin Shield. */
  readonly isShieldedRow: (row: number) => boolean;
};

/**
 * Which POPs share a regional edge cache, URL by URL.
 *
 * A group is the cells of one URL that one leader serves: those of one regional area, or all of them
 * where the distribution has Origin Shield. Groups are numbered by area, in the order of the areas'
 * first POPs; the last number is the whole request.
 */
export class AreaLayout {
  readonly columns: number;
  /** Group numbers are below this. */
  readonly groups: number;
  /** The group of all cells of a URL. */
  readonly wholeGroup: number;
  /** Groups of all URLs together. */
  readonly totalGroups: number;
  /** Columns with neighbours in different areas: the order in which batches begin. */
  readonly interleaved: readonly number[];
  /** The columns of each area. */
  readonly areas: readonly (readonly number[])[];
  readonly #columnsOf: readonly (readonly number[])[];
  readonly #areaOf: Int32Array;
  readonly #isShielded: Uint8Array;
  readonly #areaGroups: readonly number[];
  readonly #wholeGroups: readonly number[];
  /** Columns area by area, and the place of each among them. */
  readonly #byArea: readonly number[];
  readonly #placeOf: Int32Array;

  constructor({ rows, columns, areaOfColumn, isShieldedRow }: AreaLayoutInput) {
    const areas = columnsByArea(columns, areaOfColumn);
    this.columns = columns;
    this.areas = areas;
    this.wholeGroup = areas.length;
    this.groups = areas.length + 1;
    this.interleaved = interleave(areas);
    this.#columnsOf = [...areas, Array.from({ length: columns }, (_, column) => column)];
    this.#areaGroups = areas.map((_, area) => area);
    this.#wholeGroups = [this.wholeGroup];
    this.#byArea = areas.flat();
    this.#areaOf = new Int32Array(columns);
    this.#placeOf = new Int32Array(columns);
    for (const [area, list] of areas.entries()) {
      for (const column of list) this.#areaOf[column] = area;
    }
    for (const [place, column] of this.#byArea.entries()) this.#placeOf[column] = place;
    this.#isShielded = new Uint8Array(rows);
    let shieldedRows = 0;
    for (let row = 0; row < rows; row += 1) {
      if (!isShieldedRow(row)) continue;
      this.#isShielded[row] = 1;
      shieldedRows += 1;
    }
    this.totalGroups = (rows - shieldedRows) * areas.length + shieldedRows;
  }

  /** The group of a cell. */
  groupOf(row: number, column: number): number {
    return this.#isShielded[row] === 1 ? this.wholeGroup : this.areaOf(column);
  }

  /** The groups that the cells of a URL form. */
  groupsOf(row: number): readonly number[] {
    return this.#isShielded[row] === 1 ? this.#wholeGroups : this.#areaGroups;
  }

  /** The group of a column's area: the one it is in unless the URL is shielded. */
  areaOf(column: number): number {
    return this.#areaOf[column] ?? 0;
  }

  columnsOf(group: number): readonly number[] {
    return this.#columnsOf[group] ?? [];
  }

  /**
   * The order in which a batch goes on from its first column: through the rest of its area, and then
   * through the other areas.
   *
   * @param step 0 for the first column itself, below `columns`.
   */
  goingOn(first: number, step: number): number {
    const inArea = this.columnsOf(this.areaOf(first));
    const areaStart = this.#placeOf[inArea[0] ?? 0] ?? 0;
    const place = this.#placeOf[first] ?? 0;
    const next =
      step < inArea.length
        ? areaStart + ((place - areaStart + step) % inArea.length)
        : (areaStart + step) % this.columns;
    return this.#byArea[next] ?? 0;
  }
}

function columnsByArea(
  columns: number,
  areaOfColumn: (column: number) => string,
): readonly (readonly number[])[] {
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
