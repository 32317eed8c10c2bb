import { z } from 'zod';

const eventSchema = z.object({
  atMs: z.number(),
  event: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});

const stateSchema = z.object({
  group: z.object({ desired: z.number(), instances: z.array(z.object({ id: z.string() })) }),
});

/** Something that happened in the local AWS, as its log has it. */
export type AwsEvent = z.infer<typeof eventSchema>;

/** Looks into the local AWS by its inspection endpoint. */
export interface AwsInspector {
  /** Everything that happened since it started, oldest first. */
  log(): Promise<readonly AwsEvent[]>;
  /** Whether its group wants no instance and has none, not even one that terminates. */
  isGroupEmpty(): Promise<boolean>;
}

const ANSWER_LIMIT_MS = 10_000;

/** Creates an inspector of the local AWS at `url`. */
export function createAwsInspector(url: string): AwsInspector {
  async function get(path: string): Promise<unknown> {
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    if (!answer.ok) throw new Error(`The local AWS answered HTTP ${answer.status} to ${path}`);
    const body: unknown = await answer.json();
    return body;
  }

  return {
    log: async () => z.array(eventSchema).parse(await get('/inspect/log')),
    isGroupEmpty: async () => {
      const { group } = stateSchema.parse(await get('/inspect/state'));
      return group.desired === 0 && group.instances.length === 0;
    },
  };
}
