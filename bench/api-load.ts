import { Client } from 'undici';
import { percentile } from './percentile.ts';

/** One HTTP call of a load. */
export type LoadCall = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
};

/** What a load measured. */
export type LoadResult = {
  readonly answers: number;
  readonly answersPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Answers with another status than 200. */
  readonly otherStatuses: number;
};

/** How a load is put on: so many callers, each with its own connection and one call at a time. */
export type LoadOptions = {
  readonly origin: string;
  readonly callers: number;
  /** The next call; undefined ends the caller. */
  readonly next: () => LoadCall | undefined;
};

/** Lets callers call until they have nothing left to call, and measures each answer to its end. */
export async function putLoad({ origin, callers, next }: LoadOptions): Promise<LoadResult> {
  const durationsMs: number[] = [];
  let otherStatuses = 0;
  const startMs = performance.now();
  const call = async (client: Client, { method, path, body }: LoadCall): Promise<void> => {
    const callMs = performance.now();
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await client.request({ method, path, headers, body: body ?? null });
    await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    durationsMs.push(performance.now() - callMs);
    if (answer.statusCode !== 200) otherStatuses += 1;
  };
  await Promise.all(
    Array.from({ length: callers }, async () => {
      const client = new Client(origin);
      for (let one = next(); one !== undefined; one = next()) await call(client, one);
      await client.close();
    }),
  );
  const seconds = (performance.now() - startMs) / 1_000;
  return {
    answers: durationsMs.length,
    answersPerSecond: durationsMs.length / seconds,
    p50Ms: percentile(durationsMs, 0.5),
    p95Ms: percentile(durationsMs, 0.95),
    otherStatuses,
  };
}

/** The same call until the time is over. */
export function sameFor(seconds: number, call: LoadCall): () => LoadCall | undefined {
  const endMs = performance.now() + seconds * 1_000;
  return () => (performance.now() < endMs ? call : undefined);
}

/** Each of some calls, one after the other, over and over, `total` in all. */
export function inTurn(calls: readonly LoadCall[], total: number): () => LoadCall | undefined {
  let made = 0;
  return () => {
    if (made >= total) return undefined;
    made += 1;
    return calls[made % calls.length];
  };
}
