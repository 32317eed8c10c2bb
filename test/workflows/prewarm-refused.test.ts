import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PrewarmInput, ResolvedTargets } from '../../domain/prewarm.ts';
import { summaryQuery } from '../../workflows/messages.ts';
import {
  controlActivities,
  prewarmInput,
  runWorkers,
  startPrewarm,
} from '../support/prewarm-workers.ts';
import { createTestNamespace } from '../support/temporal-namespace.ts';
import type { TestNamespace } from '../support/temporal-namespace.ts';

let namespace: TestNamespace;
beforeAll(async () => {
  namespace = await createTestNamespace();
});
afterAll(() => namespace.close());

const NOTHING: ResolvedTargets = {
  distributions: [{ domainName: 'd111111abcdef8.cloudfront.net', hasOriginShield: false }],
  hosts: { 'www.example.com': { distribution: 0 } },
  livePops: [],
  failedPops: ['FRA56-P4', 'FRA60-P1'].map((pop) => ({ pop, reason: 'no such name' })),
  warnings: [],
};
const REFUSED_HOST = { 'www.example.com': { refusal: 'no name of an allowed distribution' } };

const urls = (count: number) =>
  Array.from({ length: count }, (_, number) => `https://www.example.com/${number}`);
const pops = (count: number) =>
  ['FRA56-P4', 'FRA60-P1'].slice(0, count).map((id) => ({ id, area: 'FRA' }));

test.each<[Partial<PrewarmInput>, Partial<ResolvedTargets>, string]>([
  [
    { urls: urls(1) },
    { hosts: REFUSED_HOST },
    'The URL may not be warmed, host www.example.com: no name of an allowed distribution',
  ],
  [
    { urls: urls(2) },
    { hosts: REFUSED_HOST },
    'None of the 2 URLs may be warmed, e.g. host www.example.com: no name of an allowed distribution',
  ],
  [{ pops: pops(1) }, {}, 'The POP of the request does not resolve, FRA56-P4: no such name'],
  [
    { pops: pops(2) },
    {},
    'None of the 2 POPs of the request resolves, e.g. FRA56-P4: no such name',
  ],
])('says why %j can not run', async (input, found, reason) => {
  const resolveTargets = async () => ({ ...NOTHING, ...found });
  const control = controlActivities({ resolveTargets });

  const summary = await runWorkers(namespace, { control }, async () => {
    const handle = await startPrewarm(namespace, prewarmInput(input));
    await handle.result().catch(() => undefined);
    return handle.query(summaryQuery);
  });

  expect(summary.totals).toMatchObject({ status: 'FAILED', stopReason: reason });
});
