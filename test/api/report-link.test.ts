import { expect, test } from 'vitest';
import { REPORT_LINK_SECONDS, createReportLinks } from '../../api/reports/report-link.ts';

const NOW_MS = 1_700_000_000_000;
const links = createReportLinks(() => 'https://warm.example', 'a key of sixteen bytes');
const PATH = '/reports/684153cc-efab-4a53-9409-357fddc2e2bd.csv';

test('opens a signed link until it expires', () => {
  const url = new URL(links.sign(PATH, NOW_MS));

  expect(url.origin + url.pathname).toBe(`https://warm.example${PATH}`);
  expect(links.isValid(url, NOW_MS + REPORT_LINK_SECONDS * 1000)).toBe(true);
  expect(links.isValid(url, NOW_MS + REPORT_LINK_SECONDS * 1000 + 1)).toBe(false);
});

test('refuses a link whose path, expiry, signature or key was changed', () => {
  const signed = links.sign(PATH, NOW_MS);
  const changed = [
    signed.replace('.csv', '/tasks.csv'),
    signed.replace(/expires=\d+/, 'expires=99999999999'),
    signed.replace(/signature=./, 'signature='),
    signed.replace(/&signature=.*/, ''),
    createReportLinks(() => 'https://warm.example', 'another key of 16').sign(PATH, NOW_MS),
  ];

  expect(changed.filter((link) => links.isValid(new URL(link), NOW_MS))).toEqual([]);
});
