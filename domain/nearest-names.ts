/** Finds what somebody who mistyped a name may have meant. */

const MAXIMUM_NAMES = 3;
const SHORT_NAME = 5;
/** No known name is longer: the distance of a longer text would only cost time. */
const MAXIMUM_CHARACTERS = 64;

/**
 * The known names nearest to a text, the nearest first, at most three.
 *
 * A name is near when at most two edits lead to it (one, when the text is short), or when it begins
 * with the text.
 */
export function nearestNames(text: string, known: Iterable<string>): readonly string[] {
  if (text.length > MAXIMUM_CHARACTERS) return [];
  const limit = text.length <= SHORT_NAME ? 1 : 2;
  const near: { readonly name: string; readonly edits: number }[] = [];
  for (const name of known) {
    const edits = editDistance(text, name);
    if (edits <= limit) near.push({ name, edits });
    else if (text.length > 1 && name.startsWith(text)) near.push({ name, edits: limit + 1 });
  }
  near.sort((one, other) => one.edits - other.edits);
  return near.slice(0, MAXIMUM_NAMES).map(({ name }) => name);
}

/** Optimal string alignment distance: insertions, deletions, replacements, swaps of neighbours. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        row > 1 && column > 1 && isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
