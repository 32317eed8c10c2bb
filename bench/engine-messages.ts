import { z } from 'zod';

/** Requests of a client that ends by time. */
export const UNLIMITED_REQUESTS = 1_000_000_000;

/** What a client process does: its one argument, in JSON. */
export const clientTaskSchema = z.object({
  engine: z.enum(['edge', 'undici']),
  caFile: z.string(),
  scheme: z.enum(['http', 'https']),
  port: z.number(),
  object: z.enum(['1k', '100k', '10m', '100m', '2g']),
  connections: z.number(),
  /** It ends after so many seconds, or after so many requests. */
  seconds: z.number(),
  requests: z.number(),
  /** A worker runs for hours: what V8 compiles in its first seconds is no part of a measure by time. */
  warmUpSeconds: z.number(),
  /** One address for all requests, in place of the POPs. */
  address: z.string().optional(),
});

/** See {@link clientTaskSchema}. */
export type ClientTask = z.infer<typeof clientTaskSchema>;

/** What a client process prints at its end, in JSON. */
export const clientResultSchema = z.object({
  requests: z.number(),
  bodyBytes: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  errors: z.number(),
  wrongByteCounts: z.number(),
  wrongPops: z.number(),
  /** Resident memory when a quarter of the bytes had come, and at the end. */
  quarterRssBytes: z.number(),
  endRssBytes: z.number(),
});

/** See {@link clientResultSchema}. */
export type ClientResult = z.infer<typeof clientResultSchema>;
