import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, Progress } from './api-client.ts';
import { SAMPLE_DISTRIBUTIONS } from './edge/sample-distributions.ts';
import { sampleUrls } from './edge/sample-site.ts';
import type { RequestEnd } from './summary-table.ts';

/** POPs of the sample request: three in each of four regional areas (Frankfurt, Virginia, Tokyo, Singapore). */
export const SAMPLE_POPS = [
  'FRA56-P4',
  'ARN56-P1',
  'WAW50-C1',
  'IAD89-P1',
  'MIA3-P4',
  'BOS50-C1',
  'NRT57-P3',
  'KIX56-C1',
  'NRT12-C4',
  'SIN2-P1',
  'BKK50-C1',
  'CGK51-P1',
] as const;

/** Instances of the fleet that the sample request asks for. */
export const SAMPLE_INSTANCES = 2;

const POLL_MS = 200;
const TIMEOUT_MINUTES = 5;

/** Body of `POST /prewarm` for some URLs of the sample site through some POPs. */
export function sampleRequest(
  urls: readonly string[] = sampleUrls(),
  pops: readonly string[] = SAMPLE_POPS,
): Readonly<Record<string, unknown>> {
  return {
    url_list: urls,
    cf_domain: SAMPLE_DISTRIBUTIONS[0]?.domainName,
    target_type: 'pop',
    pops,
    timeout: TIMEOUT_MINUTES,
    instance_count: SAMPLE_INSTANCES,
  };
}

/**
 * Sends a request and follows it to its end.
 *
 * @param onProgress called with each answer of `GET /prewarm`, five a second.
 * @throws Error when the API refuses the request or stops answering.
 */
export async function followRequest(
  api: ApiClient,
  request: Readonly<Record<string, unknown>>,
  onProgress: (progress: Progress) => void,
): Promise<RequestEnd & { readonly requestId: string }> {
  const startedAtMs = performance.now();
  const requestId = await api.prewarm(request);
  let progress = await api.progress(requestId);
  onProgress(progress);
  while (progress.status === 'IN_PROGRESS') {
    await delay(POLL_MS);
    progress = await api.progress(requestId);
    onProgress(progress);
  }
  const elapsedMs = performance.now() - startedAtMs;
  return { requestId, progress, summary: await api.summary(requestId), elapsedMs };
}

/** Whether a request ended with every fetch task warm. */
export function isAllWarm(progress: Progress): boolean {
  return progress.status === 'FINISHED' && progress.download_count === progress.total_count;
}
