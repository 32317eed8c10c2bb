import { z } from 'zod';

const afterBytes = z.int().min(0).optional().describe('Body bytes sent before; half by default');

/** What can be made to go wrong. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: z.int().min(400).max(599) }),
  z.object({ kind: z.literal('origin_status'), status: z.int().min(400).max(599) }),
  z.object({ kind: z.literal('latency'), firstByteMs: z.int().min(0).max(3_600_000) }),
  z.object({ kind: z.literal('stall'), afterBytes }),
  z.object({ kind: z.literal('slow'), bytesPerSecond: z.int().min(1) }),
  z.object({ kind: z.literal('truncate'), afterBytes }),
  z.object({ kind: z.literal('reset'), afterBytes }),
  z.object({ kind: z.literal('refuse') }),
  z.object({
    kind: z.literal('wrong_certificate'),
    certificate: z.enum(['wrong_name', 'unknown_issuer']).default('wrong_name'),
  }),
  z.object({ kind: z.literal('wrong_pop') }),
  z.object({ kind: z.literal('sibling_pop') }),
  z.object({ kind: z.literal('no_cloudfront_headers') }),
  z.object({ kind: z.literal('no_server_timing') }),
  z.object({ kind: z.literal('doubled_pop') }),
  z.object({
    kind: z.literal('limit_exceeded'),
    requestsPerSecond: z.number().min(0),
    cachedForSeconds: z.number().min(0).default(10),
  }),
]);

/** One thing that goes wrong. */
export type Fault = z.infer<typeof faultSchema>;

/** A fault, and when it strikes. */
export const faultRuleSchema = z.object({
  fault: faultSchema,
  url: z
    .string()
    .default('*')
    .describe('Pattern with `*`: of the whole URL, or of path and query when it starts with /'),
  pop: z.string().default('*').describe('Pattern with `*` of the POP id'),
  times: z.int().min(1).optional().describe('How often it strikes; for ever by default'),
});

/** A rule as callers write it: `{ fault: { kind: 'truncate' }, pop: 'NRT57-*', times: 1 }`. */
export type FaultRuleInput = z.input<typeof faultRuleSchema>;

/** A rule in force. */
export interface FaultRule extends z.output<typeof faultRuleSchema> {
  id: number;
  /** How often it has struck. */
  applied: number;
}
