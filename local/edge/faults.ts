import { z } from 'zod';

import { faultRuleSchema, type Fault, type FaultRule, type FaultRuleInput } from './fault.ts';
import { compilePattern } from './pattern.ts';

const CONNECTION_KINDS: ReadonlySet<Fault['kind']> = new Set(['refuse', 'wrong_certificate']);
const MAX_RULES = 1_000;

/** The faults of one request or connection: at most one of a kind, the oldest rule's. */
export type ActiveFaults = readonly Fault[];

/** Picks the fault of one kind. */
export function findFault<K extends Fault['kind']>(
  faults: ActiveFaults,
  kind: K,
): Extract<Fault, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
}

/** The rules by which things go wrong. */
export interface Faults {
  /**
   * Puts a rule in force and gives its number. Connections that are open at the POPs of a
   * `refuse` or `wrong_certificate` rule are closed, as soon as they are idle.
   *
   * @throws Error that names the bad field, or when there are 1,000 rules already.
   */
  add: (rule: FaultRuleInput) => number;
  /** Drops one rule; false when it does not exist. */
  remove: (id: number) => boolean;
  clear: () => void;
  list: () => readonly FaultRule[];
  forConnection: (popId: string) => ActiveFaults;
  /** `url` is absolute. */
  forRequest: (popId: string, url: string) => ActiveFaults;
}

interface CompiledRule extends FaultRule {
  matchesPop: (popId: string) => boolean;
  matchesUrl: (url: string) => boolean;
}

const NONE: ActiveFaults = [];

function compileRule(id: number, input: FaultRuleInput): CompiledRule {
  const parsed = faultRuleSchema.safeParse(input);
  if (!parsed.success) {
    throw new Error(`Fault rule is not valid: ${z.prettifyError(parsed.error)}`);
  }
  const matchesUrl = compilePattern(parsed.data.url);
  const isPath = parsed.data.url.startsWith('/');
  return {
    ...parsed.data,
    id,
    applied: 0,
    matchesPop: compilePattern(parsed.data.pop),
    matchesUrl: (url) => matchesUrl(isPath ? url.replace(/^\w+:\/\/[^/]*/, '') : url),
  };
}

/** Takes each kind once, from rules that are not used up, and counts what it takes. */
function strike(rules: Iterable<CompiledRule>): ActiveFaults {
  const active: Fault[] = [];
  for (const rule of rules) {
    if (rule.applied >= (rule.times ?? Infinity)) continue;
    if (active.some(({ kind }) => kind === rule.fault.kind)) continue;
    rule.applied += 1;
    active.push(rule.fault);
  }
  return active;
}

/**
 * Creates an empty set of rules.
 *
 * @param onConnectionFault called when a rule about new connections comes into force.
 */
export function createFaults(
  onConnectionFault: (matchesPop: (popId: string) => boolean) => void,
): Faults {
  let rules: CompiledRule[] = [];
  let lastId = 0;
  const ofKind = (isConnection: boolean): CompiledRule[] =>
    rules.filter(({ fault }) => CONNECTION_KINDS.has(fault.kind) === isConnection);
  return {
    add: function add(input) {
      if (rules.length >= MAX_RULES)
        throw new Error(`There are ${MAX_RULES} fault rules: drop some`);
      const rule = compileRule(lastId + 1, input);
      lastId = rule.id;
      rules.push(rule);
      if (CONNECTION_KINDS.has(rule.fault.kind)) onConnectionFault(rule.matchesPop);
      return rule.id;
    },
    remove: function remove(id) {
      const before = rules.length;
      rules = rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    clear: function clear() {
      rules = [];
    },
    list: () =>
      rules.map(({ id, fault, url, pop, times, applied }) =>
        times === undefined
          ? { id, fault, url, pop, applied }
          : { id, fault, url, pop, times, applied },
      ),
    forConnection: (popId) =>
      rules.length === 0 ? NONE : strike(ofKind(true).filter((rule) => rule.matchesPop(popId))),
    forRequest: (popId, url) =>
      rules.length === 0
        ? NONE
        : strike(ofKind(false).filter((rule) => rule.matchesPop(popId) && rule.matchesUrl(url))),
  };
}
