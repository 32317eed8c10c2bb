import { z } from 'zod';

const acceptedSchema = z.object({
  status: z.string(),
  error_message: z.string(),
  request_id: z.string(),
});

const progressSchema = z.object({
  status: z.string(),
  total_count: z.number(),
  download_count: z.number(),
  failed_count: z.number(),
  percentage_complete: z.number(),
  in_progress_task_count: z.number(),
  download_size: z.number(),
  total_size: z.number(),
  bytes_fetched: z.number(),
});

const summarySchema = z.object({
  status: z.string(),
  stop_reason: z.string().optional(),
  warnings: z.array(z.string()).default([]),
  outcomes: z.record(z.string(), z.object({ count: z.number(), meaning: z.string() })),
});

/** What `GET /prewarm` says, as far as it is shown. */
export type Progress = z.infer<typeof progressSchema>;

/** What `GET /summary` says, as far as it is shown. */
export type Summary = z.infer<typeof summarySchema>;

/** The product's API as its own users see it. */
export interface ApiClient {
  /** Asks for a request to be warmed. @returns its id. @throws Error with the API's message. */
  prewarm(request: Readonly<Record<string, unknown>>): Promise<string>;
  progress(requestId: string): Promise<Progress>;
  summary(requestId: string): Promise<Summary>;
}

const ANSWER_LIMIT_MS = 30_000;

/** Creates a client of the API at `url`; `key` goes into `x-api-key` where one is configured. */
export function createApiClient(url: string, key?: string): ApiClient {
  const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };

  async function get(path: string): Promise<unknown> {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    return readAnswer(path, await fetch(`${url}${path}`, { headers, signal }));
  }

  return {
    async prewarm(request) {
      const answer = await fetch(`${url}/prewarm`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      return acceptedSchema.parse(await readAnswer('/prewarm', answer)).request_id;
    },
    progress: async (id) => progressSchema.parse(await get(`/prewarm?req_id=${id}`)),
    summary: async (id) => summarySchema.parse(await get(`/summary?req_id=${id}`)),
  };
}

async function readAnswer(path: string, answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered HTTP ${answer.status}: ${text.slice(0, 500)}`);
  const body: unknown = JSON.parse(text);
  return body;
}
