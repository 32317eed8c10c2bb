import { progressReply } from './progress-reply.ts';
import type { ReportLinks } from '../reports/report-link.ts';
import type { FeedUpdate } from './event-listener.ts';
import type { RequestReader } from './request-reader.ts';
import { summaryReply } from './summary-reply.ts';

/** What {@link createRequestUpdates} needs. */
export type RequestUpdatesDeps = {
  readonly reader: RequestReader;
  readonly links: ReportLinks;
  readonly now: () => number;
};

/** Reads what a stream tells of a request: its progress, and the summary once it has ended. */
export function createRequestUpdates({ reader, links, now }: RequestUpdatesDeps) {
  return async function readUpdate(requestId: string): Promise<FeedUpdate> {
    const reading = await reader.view(requestId);
    const progress = progressReply(requestId, reading, now());
    const version = JSON.stringify({ ...progress, timestamp: '' });
    if (!reading.value.isEnded) return { progress, version };
    const summary = await reader.summary(requestId);
    const options = { requestId, progress: reading, links, nowMs: now() };
    return { progress, version, summary: summaryReply(summary, options) };
  };
}
