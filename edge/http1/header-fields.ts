import type { HeaderView } from '../engine.ts';

const COLON = 0x3a;
const LINE_END_BYTES = 2;

/**
 * Header fields over the text in which they came.
 *
 * An answer has some ten fields, of which a caller reads five: finding those in the text costs less
 * than making a map of strings for each answer.
 */
export class HeaderFields implements HeaderView {
  readonly #text: string;
  /** Where each line begins in the text, and where the last one ends. Each line is valid. */
  readonly #starts: readonly number[];

  constructor(text: string, starts: readonly number[]) {
    this.#text = text;
    this.#starts = starts;
  }

  get(name: string): readonly string[] | undefined {
    let values: string[] | undefined;
    const starts = this.#starts;
    for (let line = 0; line < starts.length - 1; line += 1) {
      const start = starts[line] ?? 0;
      // A name has no colon, so a colon at its length means that the line's name is as long.
      if (this.#text.charCodeAt(start + name.length) !== COLON) continue;
      if (!this.#isNamed(start, name)) continue;
      const value = this.#valueOf(line, start + name.length);
      if (values === undefined) values = [value];
      else values.push(value);
    }
    return values;
  }

  entries(): Iterable<readonly [name: string, values: readonly string[]]> {
    const byName = new Map<string, string[]>();
    for (const [line, start] of this.#starts.slice(0, -1).entries()) {
      const colon = this.#text.indexOf(':', start);
      const name = this.#text.slice(start, colon).toLowerCase();
      const values = byName.get(name);
      if (values === undefined) byName.set(name, [this.#valueOf(line, colon)]);
      else values.push(this.#valueOf(line, colon));
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
  #valueOf(line: number, colon: number): string {
    let start = colon + 1;
    let end = (this.#starts[line + 1] ?? 0) - LINE_END_BYTES;
    while (start < end && isBlank(this.#text.charCodeAt(start))) start += 1;
    while (end > start && isBlank(this.#text.charCodeAt(end - 1))) end -= 1;
    return this.#text.slice(start, end);
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
