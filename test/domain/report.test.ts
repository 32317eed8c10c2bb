import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from '../../domain/csv.ts';
import { curlCommand, popNameOf, shellWord } from '../../domain/curl-command.ts';
import type { RequestSample, ResultsPage } from '../../domain/prewarm.ts';
import {
  FAILURES_CSV_HEADER,
  failedPopCsvLine,
  failureCsvLine,
  isFailedTask,
  taskCsvLine,
  taskJsonLine,
  tasksOfPage,
} from '../../domain/report.ts';

const sample: RequestSample = {
  url: 'https://www.example.com/b',
  pop: 'NRT57-P3',
  outcome: 'not_found',
  atMs: 1_713_237_141_046,
  status: 404,
  servedBy: 'NRT57-P3',
  message: 'Error from cloudfront, "gone"',
};

const pageOf = (overrides: Partial<ResultsPage> = {}): ResultsPage => ({
  fromRow: 0,
  totalRows: 2,
  rows: [{ url: 'https://www.example.com/a', bodyBytes: 5 }, { url: 'https://www.example.com/b' }],
  pops: ['SIN2-P1', 'NRT57-P3'],
  cells: 'wrCm',
  samples: [sample],
  ...overrides,
});

test.each([
  [['a', 'b'], 'a,b\r\n'],
  [['', ''], ',\r\n'],
  [['a,b', 'say "hi"', 'two\nlines'], '"a,b","say ""hi""","two\nlines"\r\n'],
  [['=1+1', '+1', '-1', '@x', '\tx'], "'=1+1,'+1,'-1,'@x,'\tx\r\n"],
  [['=1,2', '\rx'], '"\'=1,2","\'\rx"\r\n'],
])('writes %j as a CSV line', (fields, line) => {
  expect(csvLine(fields)).toBe(line);
});

test('gives the tasks of a page, row by row', () => {
  const tasks = [...tasksOfPage(pageOf())];

  expect(tasks).toEqual([
    { url: 'https://www.example.com/a', pop: 'SIN2-P1', outcome: 'warm', bodyBytes: 5 },
    { url: 'https://www.example.com/a', pop: 'NRT57-P3', outcome: 'regional', bodyBytes: 5 },
    { url: 'https://www.example.com/b', pop: 'SIN2-P1', outcome: 'pending' },
    { url: 'https://www.example.com/b', pop: 'NRT57-P3', outcome: 'not_found', sample },
  ]);
});

test.each(['3w', '5w', 'x9'])('refuses a page with the cells %j', (cells) => {
  expect(() => [...tasksOfPage(pageOf({ cells }))]).toThrow(RangeError);
});

test.each([
  ['edge', false, [false, true, false, true]],
  ['edge', true, [false, true, true, true]],
  ['regional', true, [false, false, true, true]],
] as const)('tells failures at depth %s, ended %s', (depth, isEnded, failed) => {
  const tasks = [...tasksOfPage(pageOf())];

  expect(tasks.map((task) => isFailedTask(task, depth, isEnded))).toEqual(failed);
});

test('writes failures as the contract wants them', () => {
  const [, , untried, missing] = [...tasksOfPage(pageOf())];
  const lines = [untried, missing].map((task) => task && failureCsvLine(task, 'curl x'));

  expect(FAILURES_CSV_HEADER).toBe('pop,url,error,command\r\n');
  expect(lines).toEqual([
    'SIN2-P1,https://www.example.com/b,pending: not tried to an end before the request ended,curl x\r\n',
    'NRT57-P3,https://www.example.com/b,"not_found: HTTP 404 or 410, confirmed at a second POP where there is one (HTTP 404, served by NRT57-P3, Error from cloudfront, ""gone"")",curl x\r\n',
  ]);
  expect(failedPopCsvLine({ pop: 'XYZ1-P1', reason: 'does not resolve' })).toBe(
    'XYZ1-P1,,does not resolve,\r\n',
  );
});

test('writes every task as CSV and as JSON', () => {
  const [warm, , , missing] = [...tasksOfPage(pageOf())];

  expect(warm && taskCsvLine(warm)).toBe('https://www.example.com/a,SIN2-P1,warm,5,,,,\r\n');
  expect(missing && taskCsvLine(missing)).toContain(',NRT57-P3,not_found,,404,NRT57-P3,');
  expect(warm && taskJsonLine(warm)).toBe(
    '{"url":"https://www.example.com/a","pop":"SIN2-P1","outcome":"warm","body_bytes":5}\n',
  );
  expect(JSON.parse(missing === undefined ? '' : taskJsonLine(missing))).toMatchObject({
    outcome: 'not_found',
    status: 404,
    at: '2024-04-16 03:12:21.046000',
    hint: 'Correct the URL, or deploy the object before warming it.',
  });
});

test.each([
  [{ address: { host: '192.0.2.1', port: 443 } }, '--resolve www.example.com:443:192.0.2.1'],
  [
    { address: { host: '2001:db8::1', port: 443 } },
    "--resolve 'www.example.com:443:[2001:db8::1]'",
  ],
  [
    { address: { host: '127.0.0.1', port: 9443 } },
    '--connect-to www.example.com:443:127.0.0.1:9443',
  ],
  [
    { popName: popNameOf('d111111abcdef8.cloudfront.net', 'NRT57-P3', 'cloudfront.net') },
    '--connect-to www.example.com:443:d111111abcdef8.nrt57-p3.cloudfront.net:443',
  ],
])('repeats a fetch through %j', (route, words) => {
  const url = "https://www.example.com/a?b=c&d='$(x)";

  const command = curlCommand({ url, route, headerNames: ['Authorization'] });

  expect(command).toContain(` ${words} `);
  expect(command).toContain("--header 'Authorization: VALUE'");
  expect(command.endsWith(String.raw` 'https://www.example.com/a?b=c&d='\''$(x)'`)).toBe(true);
});

test('a real shell reads every word as it was', () => {
  const word = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));
  const nasty = fc.stringMatching(/^['"\\$`!*? ;&|<>(){}\n~#-]{0,12}$/);
  const words = fc.sample(fc.oneof(word, nasty), 300);

  const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
  const read = execFileSync('sh', ['-c', script], { encoding: 'utf8' });

  expect(read.split('\0').slice(0, -1)).toEqual(words);
});
