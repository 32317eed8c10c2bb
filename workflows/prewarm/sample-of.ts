import type { FetchSample } from '../../domain/batch.ts';
import type { RequestSample } from '../../domain/prewarm.ts';
import type { PrewarmRun } from './prewarm-run.ts';

/** A kept sample with its URL and POP spelled out. */
export function sampleOf(run: PrewarmRun, sample: FetchSample): RequestSample {
  return {
    ...sample,
    url: run.input.urls[sample.url] ?? '',
    pop: run.fill?.popIds[sample.pop] ?? '',
  };
}
