import { z } from 'zod';

/** What the POPs' process says once they listen. */
export const popsReadySchema = z.object({
  caPem: z.string(),
  /** One for each of {@link CELLS}, in their order. */
  ports: z.array(z.number()),
});

/** A POP at a distance. */
export type Cell = {
  readonly name: string;
  readonly rttMs: number;
  /** Requests it works on at once, and how long on each; undefined answers at once. */
  readonly bound?: { readonly places: number; readonly serviceMs: number };
  /** How long one measure is. */
  readonly seconds: number;
  /** Near POPs measure the CPU, which other programs use, too: so they are measured more often. */
  readonly rounds: number;
};

/** The host of every URL. */
export const HOST = 'd111111abcdef8.cloudfront.net';
/** The POP that every cell stands for. */
export const POP = 'NRT57-P3';

/** The cells: three distances, and one POP that can do no more than 500 requests a second. */
export const CELLS: readonly Cell[] = [
  { name: '5 ms', rttMs: 5, seconds: 4, rounds: 5 },
  { name: '50 ms', rttMs: 50, seconds: 4, rounds: 3 },
  { name: '200 ms', rttMs: 200, seconds: 12, rounds: 1 },
  {
    name: '50 ms, at most 500/s',
    rttMs: 50,
    bound: { places: 10, serviceMs: 20 },
    seconds: 6,
    rounds: 1,
  },
];
