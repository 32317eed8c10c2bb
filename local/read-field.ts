/** A field of a line of JSON; undefined for any other line: programs also print plain text. */
export function readField(line: string, field: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    return new Map<string, unknown>(Object.entries(value)).get(field);
  } catch {
    // Text that only looks like JSON.
    return undefined;
  }
}
