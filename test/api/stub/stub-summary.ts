import type { BatchInFlight, PrewarmInput, RequestSummary } from '../../../domain/prewarm.ts';

export type StubState = {
  readonly batch: BatchInFlight;
  readonly ending: string | undefined;
  readonly stopReason: string;
};

/** A quarter of the tasks is warm at 100 bytes each; all in the end. */
export function stubSummary(input: PrewarmInput, state: StubState): RequestSummary {
  const { batch, ending, stopReason } = state;
  const totalTasks = input.urls.length * input.pops.length;
  const isClosed = ending !== undefined || stopReason.startsWith('cancelled');
  const warmedTasks = ending === 'complete' ? totalTasks : Math.floor(totalTasks / 4);
  const inFlightTasks = isClosed ? 0 : batch.tasks;
  return {
    totals: {
      phase: isClosed ? 'closed' : 'filling',
      status: !isClosed ? 'IN_PROGRESS' : ending === 'complete' ? 'FINISHED' : 'FAILED',
      ...(ending === 'fail' ? { stopReason: 'None of the POPs resolves' } : {}),
      ...(stopReason === '' ? {} : { stopReason }),
      totalTasks,
      warmedTasks,
      failedTasks: 0,
      inFlightTasks,
      pendingTasks: totalTasks - warmedTasks - inFlightTasks,
      warmedBytes: warmedTasks * 100,
      totalBytes: totalTasks * 100,
      isTotalBytesEstimated: false,
      bytesFetched: warmedTasks * 200,
      fetches: warmedTasks * 2,
      acceptedAtMs: input.acceptedAtMs,
      timeoutAtMs: input.acceptedAtMs + input.timeoutMs,
      updatedAtMs: input.acceptedAtMs + 1_000,
    },
    depth: input.depth,
    outcomes: [{ outcome: 'warm', tasks: warmedTasks, samples: [] }],
    failedUrls: [],
    failedUrlsTotal: 0,
    failedPops: [],
    revalidatingUrls: 0,
    warnings: input.warnings,
  };
}

/** The grid of a stub's request: its first tasks are warm, the others were not tried. */
export function cellsOf({ totals }: RequestSummary): string {
  return 'w'.repeat(totals.warmedTasks).padEnd(totals.totalTasks, '.');
}
