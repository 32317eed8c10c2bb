import { expect, test } from 'vitest';
import { summaryReply, summaryReplySchema } from '../../api/reading/summary-reply.ts';
import { createReportLinks } from '../../api/reports/report-link.ts';
import { prewarmInput } from './stub/prewarm-input.ts';
import { stubSummary } from './stub/stub-summary.ts';

const NOW_MS = Date.UTC(2024, 3, 16, 3, 12, 54, 605);

/** The answer for a request that has ended with so many of its four tasks warm. */
function replyWith(warmedTasks: number) {
  const input = prewarmInput({ acceptedAtMs: NOW_MS - 60_000 });
  const batch = { activityId: '1', tasks: 0 };
  const summary = stubSummary(input, { batch, ending: 'complete', stopReason: '' });
  const totals = { ...summary.totals, warmedTasks, failedTasks: 4 - warmedTasks };
  const view = { totals, percentage: 0, warnings: [], isEnded: true };
  const reading = { value: { ...view, summary: { ...summary, totals } }, staleMs: 0 };
  return summaryReply(reading, {
    requestId: '684153cc-efab-4a53-9409-357fddc2e2bd',
    progress: { value: view, staleMs: 0 },
    links: createReportLinks(() => 'https://warm.example', 'a key of sixteen bytes'),
    nowMs: NOW_MS,
  });
}

test('says when tasks were warm, and nothing where none is', () => {
  const some = replyWith(1);
  const none = replyWith(0);

  expect(some.warm_at).toBe('2024-04-16 03:11:55.605000');
  expect(none).not.toHaveProperty('warm_at');
  expect(summaryReplySchema.safeParse(none).success).toBe(true);
});
