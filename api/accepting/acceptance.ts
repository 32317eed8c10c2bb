import { z } from 'zod';

/** Memo key of what the api notes when it accepts a request. */
export const ACCEPTANCE_MEMO = 'acceptance';

const acceptanceSchema = z.object({
  acceptedAtMs: z.number(),
  timeoutAtMs: z.number(),
  totalTasks: z.number(),
  /** SHA-256 of the body, in hex; only where an Idempotency-Key came with it. */
  bodyHash: z.string().optional(),
});

/** What the api noted when it accepted a request: written by one api, read by any. */
export type Acceptance = z.infer<typeof acceptanceSchema>;

/** The acceptance in a request's memo; undefined when the workflow was started by other means. */
export function readAcceptance(memo: Readonly<Record<string, unknown>>): Acceptance | undefined {
  return acceptanceSchema.safeParse(memo[ACCEPTANCE_MEMO]).data;
}
