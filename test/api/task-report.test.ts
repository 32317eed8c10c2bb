import { expect, test } from 'vitest';
import { writeTasks } from '../../api/reports/task-report.ts';
import type { ResultsPage } from '../../domain/prewarm.ts';
import { stubGateway } from './stub/create-test-api.ts';
import { prewarmInput } from './stub/prewarm-input.ts';
import { stubSummary } from './stub/stub-summary.ts';

const PAGE: ResultsPage = {
  fromRow: 0,
  totalRows: 1,
  rows: [{ url: 'https://www.example.com/a', bodyBytes: 5 }],
  pops: ['ATL56-C1', 'FRA56-P4', 'NRT57-P3', 'SIN2-C1', 'SYD62-P2'],
  cells: 'wfrV.',
  samples: [],
};

async function linesOf(format: 'csv' | 'ndjson', isEnded = true): Promise<readonly string[]> {
  const gateway = stubGateway({ resultsPage: async () => PAGE });
  const { totals } = stubSummary(prewarmInput(), {
    batch: { activityId: '1', tasks: 0 },
    ending: undefined,
    stopReason: '',
  });
  const view = { totals, percentage: 0, warnings: [], isEnded };
  const reader = { view: async () => ({ value: view, staleMs: 0 }) };
  const source = { gateway, reader, now: Date.now };
  const pieces: string[] = [];
  for await (const piece of writeTasks(source, '684153cc-efab-4a53-9409-357fddc2e2bd', format)) {
    pieces.push(piece);
  }
  return pieces.join('').trimEnd().split(/\r?\n/);
}

test("gives the URL's size only to tasks that left the object in a cache", async () => {
  const csv = await linesOf('csv');
  const ndjson = await linesOf('ndjson');

  expect(csv.slice(1).map((line) => line.split(',').slice(2, 4))).toEqual([
    ['warm', '5'],
    ['filled', '5'],
    ['regional', '5'],
    ['server_error', ''],
    ['pending', ''],
  ]);
  expect(ndjson.map((line) => line.includes('"body_bytes":5'))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('takes a first try as final only once the request has ended', async () => {
  const running = await linesOf('csv', false);
  const ended = await linesOf('csv');

  expect(running[4]).toContain(',SIN2-C1,pending,');
  expect(ended[4]).toContain(',SIN2-C1,server_error,');
});
