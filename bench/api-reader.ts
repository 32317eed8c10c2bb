import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const startedSchema = z.object({ request_id: z.string() });
const listSchema = z.object({ requests: z.array(startedSchema) });

/** What a benchmark of the api reads and sets beside its loads. */
export type ApiReader = ReturnType<typeof createApiReader>;

/** A client of the api at `url`. */
export function createApiReader(url: string) {
  const post = async (path: string, body: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', body, headers });
    return answer.json();
  };
  const metric = async (pattern: RegExp): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const stop = async (requestId: string): Promise<void> => {
    await post('/instances', JSON.stringify({ req_id: requestId, force_stop: true }));
  };
  return {
    /** Starts a request and waits until its workflow has batches. @returns its id. */
    start: async (body: string): Promise<string> => {
      const { request_id: requestId } = startedSchema.parse(await post('/prewarm', body));
      await delay(2_000);
      return requestId;
    },
    stop,
    /** Stops every request that is listed as running. */
    stopAll: async (): Promise<void> => {
      for (;;) {
        await delay(1_500);
        const answer = await fetch(`${url}/requests?status=IN_PROGRESS&limit=100`);
        const { requests } = listSchema.parse(await answer.json());
        if (requests.length === 0) return;
        for (const { request_id: requestId } of requests) await stop(requestId);
      }
    },
    /** Calls to Temporal since the api's start. */
    temporalCalls: () => metric(/^prewarm_temporal_calls_total\{[^}]*\} (\d+)$/gm),
    residentBytes: () => metric(/^process_resident_memory_bytes (\d+)$/gm),
    /** Keeps streams of a request open for a while. */
    listen: async (requestId: string, listeners: number, seconds: number): Promise<void> => {
      const ending = new AbortController();
      const open = Array.from({ length: listeners }, async () => {
        const path = `/prewarm/events?req_id=${requestId}`;
        const { body } = await fetch(`${url}${path}`, { signal: ending.signal });
        if (body === null) throw new Error('The api answered without a stream');
        return body.getReader().read();
      });
      await Promise.all(open);
      await delay(seconds * 1_000);
      ending.abort();
    },
  };
}
