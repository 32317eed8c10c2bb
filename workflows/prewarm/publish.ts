import { setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE, TOTALS_MEMO } from '../../domain/ids.ts';
import { detailsMarkdown } from './details-markdown.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { totalsOf } from './totals-of.ts';

const STATUS = defineSearchAttributeKey(STATUS_SEARCH_ATTRIBUTE, 'KEYWORD');
const DOMAIN = defineSearchAttributeKey(DOMAIN_SEARCH_ATTRIBUTE, 'KEYWORD_LIST');

/**
 * Shows the request where operators look: search attributes (two events in a request's life, three
 * when domains become known later), the Web UI's current details (no event), and at the end the
 * totals in the memo, for readers of a request that left no result.
 */
export function publish(run: PrewarmRun): void {
  setCurrentDetails(detailsMarkdown(run));
  const domains = run.domains();
  const seen = JSON.stringify([run.status, domains]);
  if (seen === run.published) return;
  run.published = seen;
  upsertSearchAttributes([
    { key: STATUS, value: run.status },
    { key: DOMAIN, value: domains },
  ]);
  if (run.phase === 'closed') upsertMemo({ [TOTALS_MEMO]: totalsOf(run) });
}
