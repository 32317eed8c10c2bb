import type { z } from 'zod';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import { MAXIMUM_POPS } from './request-schema.ts';

/** A body being read: each field once, problems and warnings collected. */
export class Door {
  readonly problems: Problem[] = [];
  readonly warnings: string[] = [];
  readonly #json: Readonly<Record<string, unknown>>;

  constructor(json: Readonly<Record<string, unknown>>) {
    this.#json = json;
  }

  /** A field as written. */
  raw(field: string): unknown {
    return Object.hasOwn(this.#json, field) ? this.#json[field] : undefined;
  }

  /** A field of the right type; undefined when it is missing, null, or a problem. */
  read<T>(field: string, schema: z.ZodType<T>): NonNullable<T> | undefined {
    const value = this.raw(field);
    if (Array.isArray(value) && value.length > MAXIMUM_POPS) {
      // Before its entries are looked at: a long list of bad ones would be a long list of problems.
      this.refuse(field, `must have at most ${MAXIMUM_POPS} entries`, value);
      return undefined;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data ?? undefined;
    for (const { path, message } of parsed.error.issues) {
      this.refuse(`${field}${pathText(path)}`, message, path.length === 0 ? value : undefined);
    }
    return undefined;
  }

  refuse(field: string, rule: string, value?: unknown): void {
    this.problems.push(problemOf({ field, rule, value }));
  }

  /** The field's value, or its default with a warning: the contract calls these fields required. */
  readOr<T extends number>(field: string, schema: z.ZodType<T | null | undefined>, standard: T): T {
    const isMissing = this.raw(field) === undefined || this.raw(field) === null;
    if (isMissing) this.warnings.push(`${field} is missing; ${standard} is used`);
    return this.read(field, schema) ?? standard;
  }

  /** A word of a fixed list, in any case. */
  readWord<T extends string>(
    field: string,
    schema: z.ZodType<T | null | undefined>,
  ): T | undefined {
    const value = this.raw(field);
    const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
    const parsed = schema.safeParse(word);
    if (parsed.success) return parsed.data ?? undefined;
    this.refuse(field, parsed.error.issues[0]?.message ?? 'is not allowed', value);
    return undefined;
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}
