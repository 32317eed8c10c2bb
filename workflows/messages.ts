/** Queries and signals of the workflow `prewarm`: all that other processes may ask or tell it. */

import { defineQuery, defineSignal } from '@temporalio/workflow';
import type {
  ProgressAnswer,
  RequestSummary,
  ResultsPage,
  ResultsPageRequest,
} from '../domain/prewarm.ts';

/** Counts, bytes and the batches in flight. Costs no history. */
export const progressQuery = defineQuery<ProgressAnswer>('progress');

/** The summary so far, or the final one. */
export const summaryQuery = defineQuery<RequestSummary>('summary');

/** A page of the task grid, for the reports. */
export const resultsQuery = defineQuery<ResultsPage, [ResultsPageRequest]>('results');

/** Who stops a request and how; sent just before the cancel that does it. */
export type StopNotice = { readonly reason: string };

/** Tells a request why it will be cancelled. */
export const stopSignal = defineSignal<[StopNotice]>('stop');

/** Sets the request's share of the fleet, in instances. */
export const setInstanceCountSignal = defineSignal<[number]>('setInstanceCount');

export {
  changeFleetUpdate,
  dropLeaseSignal,
  fleetStatusQuery,
  setLeaseSignal,
} from './fleet-messages.ts';
