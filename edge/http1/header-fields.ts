import type { HeaderView } from '../engine.ts';

/**
 * Header fields in the order in which they came.
 *
 * An answer has about ten fields, of which a caller reads five: walking a flat list costs less than
 * building a map for each answer.
 */
export class HeaderFields implements HeaderView {
  /** Name, value, name, value, …; names in lower case. */
  readonly #flat: readonly string[];

  constructor(flat: readonly string[]) {
    this.#flat = flat;
  }

  get(name: string): readonly string[] | undefined {
    let values: string[] | undefined;
    const flat = this.#flat;
    for (let index = 0; index < flat.length; index += 2) {
      if (flat[index] !== name) continue;
      const value = flat[index + 1] ?? '';
      if (values === undefined) values = [value];
      else values.push(value);
    }
    return values;
  }

  entries(): Iterable<readonly [name: string, values: readonly string[]]> {
    const byName = new Map<string, string[]>();
    for (let index = 0; index < this.#flat.length; index += 2) {
      const name = this.#flat[index] ?? '';
      const value = this.#flat[index + 1] ?? '';
      const values = byName.get(name);
      if (values === undefined) byName.set(name, [value]);
      else values.push(value);
    }
    return byName.entries();
  }
}
