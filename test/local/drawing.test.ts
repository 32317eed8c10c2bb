import { expect, test } from 'vitest';
import type { Progress } from '../../local/api-client.ts';
import { formatBytes } from '../../local/format-bytes.ts';
import { createProgressBar } from '../../local/progress-bar.ts';
import { summaryTable } from '../../local/summary-table.ts';

function progress(overrides: Partial<Progress> = {}): Progress {
  return {
    status: 'IN_PROGRESS',
    total_count: 10,
    download_count: 0,
    failed_count: 0,
    percentage_complete: 0,
    in_progress_task_count: 0,
    download_size: 0,
    total_size: 1_000,
    bytes_fetched: 0,
    ...overrides,
  };
}

function drawn(isTTY: boolean): { text: () => string; draw: (states: Progress[]) => void } {
  let text = '';
  const bar = createProgressBar({ isTTY, write: (piece) => (text += piece) });
  return {
    text: () => text,
    draw(states) {
      for (const state of states) bar.show(state);
      bar.end();
    },
  };
}

test('moves one line on a terminal', () => {
  const { draw, text } = drawn(true);

  draw([progress(), progress({ download_count: 5, bytes_fetched: 1_500 })]);

  expect(text().split('\r\u001B[K')).toEqual([
    '',
    `${'░'.repeat(30)}   0 %  0/10 warm, 0 B fetched`,
    `${'█'.repeat(15)}${'░'.repeat(15)}  50 %  5/10 warm, 1.50 kB fetched\n`,
  ]);
});

test('prints a line for each new state elsewhere', () => {
  const { draw, text } = drawn(false);

  draw([progress(), progress(), progress({ download_count: 9, failed_count: 1 })]);

  expect(text().trimEnd().split('\n')).toEqual([
    `${'░'.repeat(30)}   0 %  0/10 warm, 0 B fetched`,
    `${'█'.repeat(30)} 100 %  9/10 warm, 1 failed, 0 B fetched`,
  ]);
});

test('shows a request without tasks as nothing done', () => {
  const { draw, text } = drawn(false);

  draw([progress({ total_count: 0 })]);

  expect(text()).toContain('  0 %  0/0 warm');
});

test('lists outcomes with their meaning, totals and warnings', () => {
  const lines = summaryTable({
    progress: progress({
      status: 'FINISHED',
      download_count: 9,
      download_size: 250e6,
      bytes_fetched: 502e6,
    }),
    summary: {
      status: 'FINISHED',
      warnings: ['POP CPT52-C1 did not resolve'],
      outcomes: {
        warm: { count: 9, meaning: 'held by the POP' },
        not_found: { count: 1, meaning: 'HTTP 404' },
        filled: { count: 0, meaning: 'fetched twice' },
      },
    },
    elapsedMs: 4_321,
  });

  expect(lines).toEqual([
    '  outcome    tasks  meaning',
    '  warm           9  held by the POP',
    '  not_found      1  HTTP 404',
    '',
    '  status         FINISHED',
    '  warm           9 of 10 fetch tasks, 250 MB',
    '  bytes fetched  502 MB',
    '  time           4.3 s',
    '  warning: POP CPT52-C1 did not resolve',
  ]);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.50 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [250e6, '250 MB'],
  [1.5e15, '1500 TB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
