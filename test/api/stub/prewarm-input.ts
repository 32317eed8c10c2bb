import type { PrewarmInput } from '../../../domain/prewarm.ts';

/** An accepted request of two URLs and two POPs. */
export function prewarmInput(overrides: Partial<PrewarmInput> = {}): PrewarmInput {
  return {
    acceptedAtMs: Date.now(),
    timeoutMs: 300_000,
    urls: ['https://www.example.com/a', 'https://www.example.com/b'],
    pops: [
      { id: 'ATL56-C1', area: 'us-east-2' },
      { id: 'SIN2-C1', area: 'ap-southeast-1' },
    ],
    depth: 'edge',
    headers: [],
    instanceCount: 0,
    needInvalidate: false,
    warnings: [],
    refusedPops: [],
    ...overrides,
  };
}
