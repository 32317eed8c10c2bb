import { setHandler } from '@temporalio/workflow';
import {
  progressQuery,
  resultsQuery,
  setInstanceCountSignal,
  stopSignal,
  summaryQuery,
} from '../messages.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { progressOf } from './progress-of.ts';
import { resultsPageOf } from './results-page-of.ts';
import { summaryOf } from './summary-of.ts';

/** Registers every query and signal of a request; before the first await, so that none is missed. */
export function answerMessages(run: PrewarmRun): void {
  setHandler(progressQuery, () => progressOf(run));
  setHandler(summaryQuery, () => summaryOf(run));
  setHandler(resultsQuery, (page) => resultsPageOf(run, page));
  setHandler(setInstanceCountSignal, (instances) => run.askInstances(instances));
  setHandler(stopSignal, ({ reason }) => run.noteStop(reason));
}
