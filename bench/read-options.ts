import { parseArgs } from 'node:util';

/**
 * Reads a benchmark's further arguments, each `--name N`; prints the help instead where it is asked for.
 *
 * @param defaults names of the options and what they are when left out.
 * @returns the numbers by name; undefined when only the help was wanted.
 * @throws Error when a value is not a whole number of at least 1, or an option is unknown.
 */
export function readOptions<Name extends string>(
  help: string,
  defaults: Readonly<Record<Name, number>>,
): ((name: Name) => number) | undefined {
  const args = process.argv.slice(3);
  if (args.includes('--help')) {
    console.log(help);
    return undefined;
  }
  const texts = Object.entries(defaults).map(
    ([name, value]) => [name, { type: 'string', default: String(value) }] as const,
  );
  const { values } = parseArgs({ args, options: Object.fromEntries(texts) });
  const numbers = new Map(Object.entries(values).map(([name, text]) => [name, Number(text)]));
  for (const [name, number] of numbers) {
    if (!Number.isInteger(number) || number < 1) {
      throw new Error(`--${name} takes a whole number of at least 1`);
    }
  }
  return (name) => numbers.get(name) ?? defaults[name];
}
