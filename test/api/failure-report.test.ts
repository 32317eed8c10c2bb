import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCurlRoutes } from '../../api/reports/curl-routes.ts';
import { writeFailures } from '../../api/reports/failure-report.ts';
import { streamText } from '../../api/reports/report-stream.ts';
import type { ResultsPage } from '../../domain/prewarm.ts';
import { stubGateway } from './stub/create-test-api.ts';
import { stubSummary } from './stub/stub-summary.ts';
import { prewarmInput } from './stub/prewarm-input.ts';

const POPS = ['ATL56-C1', 'SIN2-C1'];
const ROWS = 120;

/** Of each ten URLs the last one is not found at the second POP. */
function pageOf(fromRow: number, rows: number): ResultsPage {
  const urls = Array.from(
    { length: Math.min(rows, ROWS - fromRow) },
    (_, index) => `https://www.example.com/${fromRow + index}`,
  );
  const cells = urls.map((_, index) => ((fromRow + index) % 10 === 9 ? 'wm' : 'ww'));
  return {
    fromRow,
    totalRows: ROWS,
    rows: urls.map((url) => ({ url })),
    pops: POPS,
    cells: cells.join(''),
    samples: [],
    domainNames: { 'www.example.com': 'd111111abcdef8.cloudfront.net' },
    headerNames: ['X-Token'],
  };
}

async function reportOf(edgeDirectory: string) {
  const summary = {
    ...stubSummary(prewarmInput(), {
      batch: { activityId: '1', tasks: 0 },
      ending: 'complete',
      stopReason: '',
    }),
    failedPops: [{ pop: 'AAA99-C1', reason: 'does not resolve' }],
  };
  const view = { totals: summary.totals, percentage: 0, warnings: [], isEnded: true, summary };
  const asked: number[] = [];
  const gateway = stubGateway({
    resultsPage: async (_, { fromRow, rows }) => {
      asked.push(fromRow);
      return pageOf(fromRow, rows);
    },
  });
  const pieces = writeFailures(
    {
      gateway,
      now: Date.now,
      reader: { summary: async () => ({ value: view, staleMs: 0 }) },
      readRoutes: createCurlRoutes({ edgeDirectory, edgeDnsSuffix: 'cloudfront.net' }),
    },
    '684153cc-efab-4a53-9409-357fddc2e2bd',
  );
  const text = await new Response(await streamText(pieces)).text();
  return { lines: text.trimEnd().split('\r\n'), asked };
}

test('lists POPs that failed and every failed fetch task, over all pages', async () => {
  const { lines, asked } = await reportOf('dns');

  expect(lines[0]).toBe('pop,url,error,command');
  expect(lines[1]).toBe('AAA99-C1,,does not resolve,');
  expect(lines.slice(2)).toHaveLength(ROWS / 10);
  expect(lines[2]).toMatch(/^SIN2-C1,https:\/\/www\.example\.com\/9,"not_found: /);
  expect(asked).toEqual([0, 50]);
});

test("repeats a fetch through the POP's own name, without the caller's header values", async () => {
  const { lines } = await reportOf('dns');

  expect(lines[2]).toContain(
    '--connect-to www.example.com:443:d111111abcdef8.sin2-c1.cloudfront.net:443',
  );
  expect(lines[2]).toContain("--header 'X-Token: VALUE'");
});

test('repeats a fetch at the address that the directory names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-directory-'));
  const file = join(folder, 'pops.json');
  await writeFile(file, JSON.stringify({ 'SIN2-C1': { https: ['127.0.0.1:9443'], http: [] } }));

  const { lines } = await reportOf(file);

  expect(lines[2]).toContain('--connect-to www.example.com:443:127.0.0.1:9443');
  await rm(folder, { recursive: true });
});

test('takes a POP of the directory in any case, and its last good word when it goes bad', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-directory-'));
  const file = join(folder, 'pops.json');
  const problems: string[] = [];
  const readRoutes = createCurlRoutes({
    edgeDirectory: file,
    edgeDnsSuffix: 'cloudfront.net',
    onBadFile: (problem) => problems.push(problem),
  });
  const task = { url: 'https://www.example.com/a', pop: 'SIN2-C1', domainNames: {} };
  const route = { address: { host: '::1', port: 9443 } };

  await writeFile(file, '{"sin2-c1": {"https": ["[::1]:9443"]}}');
  expect((await readRoutes())(task)).toEqual(route);
  await writeFile(file, '{"SIN2-C1": {"https": ["::1"]}}');
  expect((await readRoutes())(task)).toEqual(route);
  expect(problems).toEqual([
    `EDGE_DIRECTORY ${file} can't be used: SIN2-C1.https[0] "::1": must be ip:port`,
  ]);
  await rm(folder, { recursive: true });
});

test('fails before it begins to answer when its first page can not be read', async () => {
  const failing = (async function* () {
    yield await Promise.reject<string>(new Error('Temporal is away'));
  })();

  await expect(streamText(failing)).rejects.toThrow('Temporal is away');
});
