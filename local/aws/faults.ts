import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ConnectionCut, WireError } from './wire-error.ts';

/** A fault to show to the next calls of an action. */
export const faultSchema = z.strictObject({
  /** `CreateInvalidation`, `SetDesiredCapacity`, …, `LaunchInstance`, or `*`. */
  action: z.string().min(1),
  /** AWS error code to answer; without it the call works (after `delayMs`), or its answer is cut. */
  code: z.string().min(1).optional(),
  status: z.number().int().min(400).max(599).default(400),
  message: z.string().default('A fault rule of the local AWS'),
  delayMs: z.number().int().min(0).max(600_000).default(0),
  /** Does what was asked, then cuts the connection: the caller never learns that it worked. */
  cutsAnswer: z.boolean().default(false),
  /** Calls it applies to; then it is gone. */
  times: z.number().int().min(1).max(1_000_000).default(1_000_000),
});

/** A fault rule with its defaults. */
export type Fault = z.output<typeof faultSchema>;

/** The fault rules in force; the first that matches applies. */
export interface Faults {
  add(fault: z.input<typeof faultSchema>): void;
  list(): readonly Fault[];
  clear(): void;
  /**
   * Runs a call under the rules.
   *
   * @throws WireError or ConnectionCut where a rule says so.
   */
  run<Answer>(action: string, call: () => Promise<Answer> | Answer): Promise<Answer>;
}

const MOST_RULES = 1_000;

/** Creates an empty list of rules. */
export function createFaults(): Faults {
  let rules: { readonly fault: Fault; left: number }[] = [];

  function take(action: string): Fault | undefined {
    const rule = rules.find(({ fault }) => fault.action === action || fault.action === '*');
    if (rule === undefined) return undefined;
    rule.left -= 1;
    if (rule.left === 0) rules = rules.filter((one) => one !== rule);
    return rule.fault;
  }

  return {
    add: (fault) => {
      if (rules.length >= MOST_RULES) throw new RangeError(`More than ${MOST_RULES} fault rules`);
      const parsed = faultSchema.parse(fault);
      rules.push({ fault: parsed, left: parsed.times });
    },
    list: () => rules.map(({ fault, left }) => ({ ...fault, times: left })),
    clear: () => {
      rules = [];
    },
    run: async (action, call) => {
      const fault = take(action);
      if (fault === undefined) return call();
      await delay(fault.delayMs);
      if (fault.code !== undefined) throw new WireError(fault.status, fault.code, fault.message);
      const answer = await call();
      if (fault.cutsAnswer) throw new ConnectionCut(`the answer to ${action} was cut`);
      return answer;
    },
  };
}
