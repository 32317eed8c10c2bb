import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const originSchema = z.object({
  items: z.array(z.object({ gets: z.number(), ranges: z.number() })),
});
const directorySchema = z.record(
  z.string(),
  z.object({ https: z.tuple([z.string()]).rest(z.string()) }),
);

/** What a benchmark asks the simulated CloudFront's inspection endpoint. */
export type EdgeView = ReturnType<typeof createEdgeView>;

const MAXIMUM_PATHS = 100_000;

/** A view of the simulated CloudFront at `url`, whose POPs are in the directory file. */
export function createEdgeView(url: string, directoryFile: string) {
  return {
    /** Empties every cache and every count. */
    reset: async (): Promise<void> => {
      const answer = await fetch(`${url}/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`POST /reset answered ${answer.status}`);
      await answer.arrayBuffer();
    },
    /** Requests that the origin got for paths of a pattern since the last reset. */
    originRequests: async (path: string): Promise<number> => {
      const query = new URLSearchParams({ path, limit: String(MAXIMUM_PATHS) });
      const answer = await fetch(`${url}/origin?${query.toString()}`);
      const { items } = originSchema.parse(await answer.json());
      return items.reduce((sum, { gets, ranges }) => sum + gets + ranges, 0);
    },
    /** `host:port` of each POP for HTTPS. */
    httpsAddresses: async (): Promise<ReadonlyMap<string, string>> => {
      const directory = directorySchema.parse(JSON.parse(await readFile(directoryFile, 'utf8')));
      return new Map(Object.entries(directory).map(([pop, { https }]) => [pop, https[0]]));
    },
  };
}
