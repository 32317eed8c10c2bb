import { z } from 'zod';
import type { FaultRuleInput } from '../../local/edge/fault.ts';
import type { InspectFilter } from '../../local/edge/inspect.ts';

const heldObjectSchema = z.object({
  location: z.string(),
  path: z.string(),
  acceptEncoding: z.string(),
  bodyBytes: z.number(),
});

const loggedRequestSchema = z.object({
  location: z.string(),
  path: z.string(),
  status: z.number(),
  end: z.enum(['open', 'complete', 'aborted']),
});

const originCountSchema = z.object({ path: z.string(), gets: z.number() });

/** An object that a cache of the simulated CloudFront holds. */
export type HeldByCache = z.infer<typeof heldObjectSchema>;

/** A request that the simulated CloudFront was asked. */
export type RequestSeen = z.infer<typeof loggedRequestSchema>;

/** The simulated CloudFront's own word on what happened, from its inspection endpoint. */
export interface EdgeInspector {
  readonly caches: (filter: InspectFilter) => Promise<readonly HeldByCache[]>;
  readonly requests: (filter?: InspectFilter) => Promise<readonly RequestSeen[]>;
  /** Path → whole GETs at the origin. */
  readonly originGets: () => Promise<ReadonlyMap<string, number>>;
  readonly addFault: (rule: FaultRuleInput) => Promise<void>;
  readonly clearFaults: () => Promise<void>;
  readonly setAdmission: (rule: 'A' | 'B') => Promise<void>;
  /** Empties every cache, drops every fault, forgets every request. */
  readonly reset: () => Promise<void>;
}

/** More than any test asks for; a page that is cut would make a check pass by mistake. */
const PAGE_LIMIT = 100_000;

/** Creates an inspector of the simulated CloudFront whose inspection endpoint is at `url`. */
export function createEdgeInspector(url: string): EdgeInspector {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} of the simulated CloudFront: ${text}`);
    const reply: unknown = JSON.parse(text);
    return reply;
  }

  async function page<T>(path: string, item: z.ZodType<T>, filter: InspectFilter): Promise<T[]> {
    const query = new URLSearchParams({ limit: String(PAGE_LIMIT) });
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    const schema = z.object({ items: z.array(item), total: z.number() });
    const { items, total } = schema.parse(await call('GET', `${path}?${query.toString()}`));
    if (items.length < total) throw new Error(`${path} has ${total} items, more than fit a page`);
    return items;
  }

  return {
    caches: (filter) => page('/caches', heldObjectSchema, filter),
    requests: (filter = {}) => page('/requests', loggedRequestSchema, filter),
    originGets: async () => {
      const counts = await page('/origin', originCountSchema, {});
      return new Map(counts.map(({ path, gets }) => [path, gets]));
    },
    addFault: async (rule) => void (await call('POST', '/faults', rule)),
    clearFaults: async () => void (await call('DELETE', '/faults')),
    setAdmission: async (rule) => void (await call('POST', '/admission', { rule })),
    reset: async () => void (await call('POST', '/reset')),
  };
}
