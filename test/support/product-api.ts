import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { OUTCOME_NAMES } from '../../domain/outcome.ts';

const acceptedSchema = z.object({ request_id: z.string() });

const progressSchema = z.object({
  status: z.enum(['FINISHED', 'IN_PROGRESS', 'TIMEOUT', 'FAILED']),
  total_count: z.number(),
  download_count: z.number(),
  failed_count: z.number(),
  in_progress_task_count: z.number(),
  available_task_count: z.number(),
  percentage_complete: z.number(),
  download_size: z.number(),
  total_size: z.number(),
  timeout_at: z.string(),
  stop_reason: z.string().optional(),
});

const outcomeSchema = z.object({ count: z.number(), meaning: z.string(), hint: z.string() });

const summarySchema = z.object({
  status: z.string(),
  failure_pops: z.array(z.string()),
  failure_urls: z.array(z.string()),
  failure_pop_urls_report: z.url(),
  tasks_report: z.url(),
  outcomes: z.partialRecord(z.enum([...OUTCOME_NAMES]), outcomeSchema),
  warnings: z.array(z.string()),
  stop_reason: z.string().optional(),
});

const taskSchema = z.object({ url: z.string(), pop: z.string(), outcome: z.string() });

/** What `GET /prewarm` says, as far as tests look at it. */
export type ProgressSeen = z.infer<typeof progressSchema>;

/** What `GET /summary` says, as far as tests look at it. */
export type SummarySeen = z.infer<typeof summarySchema>;

/** One fetch task as the report of all tasks lists it. */
export type TaskSeen = z.infer<typeof taskSchema>;

/** The product as its callers see it. */
export interface ProductApi {
  readonly url: string;
  /** @returns the request's id. */
  readonly prewarm: (body: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly progress: (requestId: string) => Promise<ProgressSeen>;
  readonly summary: (requestId: string) => Promise<SummarySeen>;
  /** Polls until the request is no longer IN_PROGRESS. @throws Error after 90 s. */
  readonly ended: (requestId: string) => Promise<ProgressSeen>;
  /** {@link ended}, for when the api or what it asks was killed: takes 503 for "ask again". */
  readonly endedAfterOutage: (requestId: string) => Promise<ProgressSeen>;
  /** Every fetch task of a request, from its report. */
  readonly tasks: (requestId: string) => Promise<readonly TaskSeen[]>;
}

const CALL_LIMIT_MS = 30_000;
const END_LIMIT_MS = 90_000;
const POLL_MS = 100;

/** Creates a client of the api at `url`. */
export function createProductApi(url: string): ProductApi {
  const progress = async (requestId: string): Promise<ProgressSeen> =>
    progressSchema.parse(await getJson(`${url}/prewarm?req_id=${requestId}`));
  const summary = async (requestId: string): Promise<SummarySeen> =>
    summarySchema.parse(await getJson(`${url}/summary?req_id=${requestId}`));

  return {
    url,
    progress,
    summary,
    prewarm: async (body) => {
      const headers = { 'content-type': 'application/json' };
      const call = { method: 'POST', headers, body: JSON.stringify(body) };
      return acceptedSchema.parse(await getJson(`${url}/prewarm`, call)).request_id;
    },
    ended: (requestId) => pollToEnd(requestId, () => progress(requestId)),
    endedAfterOutage: (requestId) =>
      pollToEnd(requestId, async () => {
        try {
          return await progress(requestId);
        } catch (error) {
          if (error instanceof RefusedError && error.status === 503) return undefined;
          throw error;
        }
      }),
    tasks: async (requestId) => {
      const { tasks_report: link } = await summary(requestId);
      const lines = (await getText(link)).split('\n').filter((line) => line !== '');
      return lines.map((line) => taskSchema.parse(JSON.parse(line)));
    },
  };
}

async function pollToEnd(
  requestId: string,
  ask: () => Promise<ProgressSeen | undefined>,
): Promise<ProgressSeen> {
  const giveUpAtMs = Date.now() + END_LIMIT_MS;
  for (;;) {
    const seen = await ask();
    if (seen !== undefined && seen.status !== 'IN_PROGRESS') return seen;
    if (Date.now() > giveUpAtMs) {
      throw new Error(`${requestId} still runs after 90 s: ${JSON.stringify(seen)}`);
    }
    await delay(POLL_MS);
  }
}

class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(url: string, status: number, text: string) {
    super(`${url} answered HTTP ${status}: ${text.slice(0, 1_000)}`);
    this.status = status;
  }
}

/** The body of a successful answer. @throws Error with the answer of any other. */
export async function getText(url: string, call: RequestInit = {}): Promise<string> {
  const answer = await fetch(url, { ...call, signal: AbortSignal.timeout(CALL_LIMIT_MS) });
  const text = await answer.text();
  if (!answer.ok) throw new RefusedError(url, answer.status, text);
  return text;
}

/** {@link getText}, read as JSON. */
export async function getJson(url: string, call?: RequestInit): Promise<unknown> {
  const body: unknown = JSON.parse(await getText(url, call));
  return body;
}
