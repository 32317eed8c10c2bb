/** Reports of a request: the contract's CSV of failures, and every fetch task. */
export type ReportName = 'failures' | 'tasks.ndjson' | 'tasks.csv';

/** Path of a request's report. */
export function reportPath(requestId: string, report: ReportName): string {
  return report === 'failures' ? `/reports/${requestId}.csv` : `/reports/${requestId}/${report}`;
}
