import type { HeaderView } from '../engine.ts';

const MARKS_A_LINE = 3;

/**
 * Header fields over the text in which they came.
 *
 * An answer has some ten fields, of which a caller reads five: finding those in the text costs less
 * than making a map of strings for each answer.
 */
export class HeaderFields implements HeaderView {
  readonly #text: string;
  /** Start, colon and end of each line in the text. */
  readonly #marks: readonly number[];

  constructor(text: string, marks: readonly number[]) {
    this.#text = text;
    this.#marks = marks;
  }

  get(name: string): readonly string[] | undefined {
    let values: string[] | undefined;
    const marks = this.#marks;
    for (let line = 0; line < marks.length; line += MARKS_A_LINE) {
      const start = marks[line] ?? 0;
      if ((marks[line + 1] ?? 0) - start !== name.length || !this.#isNamed(start, name)) continue;
      const value = this.#valueOf(line);
      if (values === undefined) values = [value];
      else values.push(value);
    }
    return values;
  }

  entries(): Iterable<readonly [name: string, values: readonly string[]]> {
    const byName = new Map<string, string[]>();
    for (let line = 0; line < this.#marks.length; line += MARKS_A_LINE) {
      const name = this.#text.slice(this.#marks[line], this.#marks[line + 1]).toLowerCase();
      const values = byName.get(name);
      if (values === undefined) byName.set(name, [this.#valueOf(line)]);
      else values.push(this.#valueOf(line));
    }
    return byName.entries();
  }

  /** RFC 9110 §5.1: names are compared without regard to case. `name` is in lower case. */
  #isNamed(start: number, name: string): boolean {
    for (let index = 0; index < name.length; index += 1) {
      const code = this.#text.charCodeAt(start + index);
      const wanted = name.charCodeAt(index);
      const isUpperCaseOfIt = code + 0x20 === wanted && code >= 0x41 && code <= 0x5a;
      if (code !== wanted && !isUpperCaseOfIt) return false;
    }
    return true;
  }

  /** RFC 9112 §5: optional blanks (SP, HTAB) around a value are no part of it. */
  #valueOf(line: number): string {
    let start = (this.#marks[line + 1] ?? 0) + 1;
    let end = this.#marks[line + 2] ?? 0;
    while (start < end && isBlank(this.#text.charCodeAt(start))) start += 1;
    while (end > start && isBlank(this.#text.charCodeAt(end - 1))) end -= 1;
    return this.#text.slice(start, end);
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
