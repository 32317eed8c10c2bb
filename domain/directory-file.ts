/** The file that `EDGE_DIRECTORY` names: where POPs are, by the operator's word. */

import { z } from 'zod';

/** Where a POP listens: an IP address and a port. */
export type EdgeAddress = { readonly host: string; readonly port: number };

/** Addresses of one POP by the scheme of the URL; a scheme without addresses can't be fetched there. */
export type PopAddresses = {
  readonly https: readonly EdgeAddress[];
  readonly http: readonly EdgeAddress[];
};

const ipSchema = z.union([z.ipv4(), z.ipv6()]);

const addressSchema = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[\d.]+):\d{1,5}$/, 'must be ip:port')
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1'),
    port: Number(text.slice(text.lastIndexOf(':') + 1)),
  }))
  .refine(
    ({ host, port }) => ipSchema.safeParse(host).success && port >= 1 && port <= 65_535,
    'must be ip:port',
  );

const addressesSchema = z.array(addressSchema).max(64, 'has more than 64 addresses').default([]);

const directorySchema = z.record(
  z.string().min(1),
  z.strictObject({ https: addressesSchema, http: addressesSchema }),
);

/** Wrong entries that are told, of a file that may have thousands. */
const TOLD_ENTRIES = 5;

/**
 * The addresses of each POP, in upper case, from the text of a directory file.
 *
 * @throws Error that names the wrong entries: `NRT57-P3.https[0] "127.0.0.1": must be ip:port`.
 */
export function parseDirectoryFile(text: string): ReadonlyMap<string, PopAddresses> {
  const content = readJson(text);
  const parsed = directorySchema.safeParse(content);
  if (!parsed.success) throw new Error(problemsOf(parsed.error.issues, content));
  const pops = Object.entries(parsed.data);
  return new Map(pops.map(([pop, addresses]) => [pop.toUpperCase(), addresses]));
}

/** What an operator hears of a file that can't be read or parsed: its path, and what is wrong. */
export function directoryFileProblem(path: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `EDGE_DIRECTORY ${path} can't be used: ${reason}`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`it is not JSON: ${reason}`, { cause });
  }
}

function problemsOf(issues: readonly z.core.$ZodIssue[], content: unknown): string {
  const told = issues.slice(0, TOLD_ENTRIES).map((issue) => describeIssue(issue, content));
  const more = issues.length > told.length ? [`and ${issues.length - told.length} more`] : [];
  return [...told, ...more].join('; ');
}

function describeIssue({ path, message }: z.core.$ZodIssue, content: unknown): string {
  const value = path.reduce(memberOf, content);
  const isShort = typeof value === 'string' || typeof value === 'number';
  const words = [placeOf(path), ...(isShort ? [JSON.stringify(value).slice(0, 80)] : [])];
  return `${words.join(' ')}: ${message}`;
}

/** `NRT57-P3.https[0]` */
function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole file';
  const [pop, ...rest] = path;
  const steps = rest.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return `${String(pop)}${steps.join('')}`;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}
